import { describe, expect, it } from 'vitest';
import type { Finding, ResourceClass } from '../../src/model/incident.js';
import { Words } from '../../src/survey/words.js';
import { finding, instance } from '../report/samples.js';

const found = (n: number, region: string, classed: ResourceClass): Finding =>
  finding(instance(n, region, 'g5.xlarge', 0), classed, ['why']);
const findings = [
  found(1, 'eu-west-1', 'rogue'),
  found(2, 'eu-west-1', 'rogue'),
  found(3, 'eu-west-1', 'held'),
  found(4, 'us-east-1', 'held'),
];
const [one = '', two = '', three = '', four = ''] = findings.map(({ resource }) => resource.id);

function heard(include: string[], exclude: string[]): Words {
  const words = new Words({ include, exclude });
  words.hear(findings);
  return words;
}
const idsOf = (words: Words) => ({ spared: [...words.spared].sort(), included: [...words.included].sort() });

describe('the person’s words', () => {
  it('spare what both lists name alike, and let an id beat a wider word', () => {
    expect(idsOf(heard(['held'], ['eu-west-1']))).toEqual({ spared: [one, two], included: [three, four] });
    expect(idsOf(heard([one], [one]))).toEqual({ spared: [one], included: [] });
    expect(idsOf(heard(['held'], [three]))).toEqual({ spared: [three], included: [four] });
    expect(idsOf(heard([one], ['eu-west-1']))).toEqual({ spared: [two], included: [one] });
  });

  it('can be changed later: a word moves from one list to the other, and one that names nothing changes nothing', () => {
    const words = heard(['held'], []);
    expect(words.amend({ include: [], exclude: [three, 'i-none'] }, findings).exclude).toEqual(['i-none']);
    expect(idsOf(words)).toEqual({ spared: [], included: [three, four] });
    expect(words.amend({ include: [], exclude: [three] }, findings)).toEqual({ include: [], exclude: [] });
    expect(idsOf(words)).toEqual({ spared: [three], included: [four] });
    words.amend({ include: [three], exclude: ['held'] }, findings);
    expect(words.asTheyStand).toEqual({ include: [three], exclude: [] });
    expect(idsOf(words)).toEqual({ spared: [], included: [three] });
  });

  it('keep what they named when it is not seen any more, and say which of them named nothing', () => {
    const words = heard(['held'], ['ap-south-1']);
    words.hear([]);
    expect(idsOf(words).included).toEqual([three, four]);
    expect(words.namesNothing()).toEqual({ include: [], exclude: ['ap-south-1'] });
  });
});
