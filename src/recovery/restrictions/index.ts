/** The door of this room: what other rooms may take from it. */
export { type AccessState, classify, needsPermission, type Permission } from './classify.js';
export { permissionsOf } from './permission.js';
export { lookForRestrictions } from './restrictions.js';
export { restrictionsScreen } from './screen.js';
export { lookForSignals } from './signals.js';
