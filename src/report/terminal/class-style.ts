import type { ResourceClass } from '../../model/index.js';
import type { Style } from './screen.js';

export const classStyle: Record<ResourceClass, Style | null> = {
  rogue: 'red',
  tampered: 'yellow',
  held: 'yellow',
  settling: 'cyan',
  own: 'green',
  'not-tied': 'dim',
};
