/** The door of this room: what other rooms may take from it. */
export { withChaos } from './chaos.js';
export { type Rehearsal, rehearse, type Scene, worldOf } from './rehearse.js';
export { junitOf } from './report/rehearsal-junit.js';
export { markdownOf } from './report/rehearsal-markdown.js';
export { rehearsalPage } from './report/rehearsal-page.js';
export { rehearsalScreen, summaryTable } from './report/rehearsal-screen.js';
export { soakLine, soakTotals, soakTotalsLine } from './report/rehearsal-soak.js';
export { openSoakFile, type SoakFile } from './report/soak-file.js';
export { loadScenario, type NamedScenario, scenarioNames } from './scenario/scenario-file.js';
export { withGoals } from './score/goals.js';
