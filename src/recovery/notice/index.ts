/** The door of this room: what other rooms may take from it. */
export { maxMessageBytes, type NoticeMessage, readMessage } from './message.js';
export { readNotice } from './notice.js';
export { noticeScreen } from './screen.js';
