import { z } from 'zod';
import { scenarioSchema } from './scenario.js';

/** The JSON Schema of scenario files, for editors: docs/schemas/scenario.schema.json. */
export function publishedScenarioSchema(): object {
  return { title: 'leakguard scenario', ...z.toJSONSchema(scenarioSchema, { io: 'input' }) };
}
