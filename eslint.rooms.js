/**
 * Who may import whom: the one table. A room is a folder of src/, entered by its index.ts only; each line says which
 * other rooms its files may import from. What is not listed does not lint.
 */
export const rooms = {
  // The nouns, and what AWS says of itself: imported by all, importing nothing.
  model: [],
  facts: ['model'],

  // How AWS is talked to, and where its trail is read.
  aws: ['model', 'facts'],
  trail: ['model', 'facts', 'aws'],

  // The decisions: pure.
  detect: ['model', 'facts'],
  outcome: ['model', 'facts', 'detect', 'report/messages'],

  plays: ['model', 'facts', 'aws'],
  survey: ['model', 'facts', 'aws', 'trail', 'plays', 'detect'],
  contain: ['model', 'facts', 'aws', 'plays', 'survey', 'outcome'],

  // One incident over the accounts of an organization: scans of single accounts, folded into rows.
  organization: [
    'model',
    'facts',
    'aws',
    'trail',
    'survey',
    'outcome',
    'report',
    'report/terminal',
    'report/messages',
  ],

  // What people see.
  'report/messages': ['model', 'facts'],
  'report/terminal': ['model', 'report', 'report/messages'],
  'report/schema': ['model', 'report', 'organization'],
  report: ['model', 'facts', 'report/messages'],
  'report/screens': ['model', 'facts', 'outcome', 'plays', 'report', 'report/terminal', 'report/messages'],
  'report/html': ['model', 'facts', 'outcome', 'report', 'report/terminal', 'report/screens', 'report/messages'],
  'report/case': ['model', 'facts', 'outcome', 'report', 'report/terminal', 'report/screens', 'report/messages'],

  'report/ticket': ['model', 'outcome', 'report', 'report/terminal', 'report/screens', 'report/messages'],

  webhook: ['aws', 'report/terminal'],

  'recovery/notice': ['model', 'report/terminal', 'report/messages'],
  'recovery/restrictions': ['model', 'facts', 'aws', 'report/terminal', 'report/messages'],
  'recovery/cloudfront': [
    'model',
    'facts',
    'aws',
    'trail',
    'recovery/restrictions',
    'report/terminal',
    'report/messages',
  ],

  // The simulated AWS shares nothing with the product, so that both cannot misread AWS alike.
  range: [],
  rehearsal: ['range', 'report', 'report/terminal', 'report/html', 'report/messages'],

  commands: [
    'model',
    'facts',
    'aws',
    'trail',
    'plays',
    'survey',
    'detect',
    'contain',
    'outcome',
    'organization',
    'report',
    'report/terminal',
    'report/screens',
    'report/html',
    'report/ticket',
    'webhook',
    'report/case',
    'report/schema',
    'report/messages',
    'recovery/notice',
    'recovery/restrictions',
    'recovery/cloudfront',
    'range',
    'rehearsal',
  ],
};

/** Rooms of pure functions: no module of Node, nothing of AWS. */
export const pure = ['model', 'facts', 'detect', 'outcome'];
