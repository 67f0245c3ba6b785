import { expect, test } from 'vitest';
import { loadModel } from '../../src/range/model.js';
import { services } from '../../src/range/services/index.js';

test.each(Object.keys(services))('%s does every operation that its model has, and no other', (name) => {
  const model = loadModel(name);
  expect(model?.signingName).toBe(name);
  expect(Object.keys(services[name]!.operations).sort()).toEqual(Object.keys(model!.operations).sort());
});

test.each(Object.keys(services))("%s's model says where it comes from and under which licence", (name) => {
  expect(loadModel(name)?.source).toMatch(/^botocore [\d.]+, .*service-2\.json\.gz, Apache-2\.0/);
});

test('a service that the range does not have has no model', () => {
  expect(loadModel('../package')).toBeNull();
  expect(loadModel('kinesis')).toBeNull();
});
