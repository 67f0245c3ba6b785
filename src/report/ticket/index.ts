/** The door of this room: what other rooms may take from it. */
export { reportMarkdown } from './markdown.js';
export { timelineCsv } from './timeline-csv.js';
