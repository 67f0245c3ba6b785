/** The door of this room: what other rooms may take from it. */
export { agreedLines } from './agreed-lines.js';
export { clearanceScreen } from './clearance-screen.js';
export { cutScreen } from './cut-screen.js';
export { explainScreen, findingsNamed, reasonsScreen } from './explain-screen.js';
export { incidentScreen, nextSteps as stepsOfScan } from './incident-screen.js';
export { worthKnowing } from './incident-sections.js';
export { nextSteps as stepsOfReport, outcomeScreen, verdictText, verifyText } from './outcome-screen.js';
export { planDetailsScreen } from './plan-details-screen.js';
export { planScreen } from './plan-screen.js';
export { undoScreen } from './undo-screen.js';
