/** The door of this room: what other rooms may take from it. */
export { incidentHtml } from './incident-page.js';
export { list, page, section, stateBanner, table, tile } from './page.js';
export { reportHtml } from './report-page.js';
export { round, TimeAxis } from './time-axis.js';
