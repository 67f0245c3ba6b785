import { englishScreens, type Lang, type ScreenWords } from './screen-words.js';
import { japaneseScreens } from './screen-words-ja.js';

/** The catalogue of messages: each language has them all. */
export const catalogue: Record<Lang, ScreenWords> = { en: englishScreens, ja: japaneseScreens };

/** The sentences of the screens in this language; English where none is said. */
export function screenWords(lang: Lang | undefined): ScreenWords {
  return catalogue[lang ?? 'en'];
}
