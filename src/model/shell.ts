/** What a shell takes as one word as it stands. A word that begins with `-` or `~`, or holds `=`, is quoted too. */
const plain = /^[A-Za-z0-9_@%+:,./][A-Za-z0-9_@%+:,./-]*$/;
/** Controls, line and paragraph ends, what is drawn as nothing (bidirectional and other formatting), what no font has, towers
 *  of marks: what a terminal shows otherwise than a shell reads it. Wider than what report/terminal writes out. */
const unsafe = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|\p{M}{4}/u;

/**
 * `text` as one word of a POSIX shell, to be copied from a screen; null where no quoting makes that safe: what is seen
 * would not be what is typed. Foreign text (names of users, resources, files) goes into a printed command through here
 * only. Single quotes keep everything but themselves (POSIX, Shell Command Language, 2.2.2).
 */
export function shellWord(text: string): string | null {
  if (unsafe.test(text)) return null;
  if (plain.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same, where a command is printed in any case: what cannot be quoted safely is left for the person to put in. */
export function shellArgument(text: string, placeholder: 'JOURNAL' | 'NAME' | 'KEY'): string {
  return shellWord(text) ?? placeholder;
}

/** `words` as a command line; null where one of them cannot be quoted safely. */
export function shellCommand(words: readonly string[]): string | null {
  // A flag reads as what it is; to quote one would change nothing.
  const quoted = words.map((word) => (/^--[a-z][a-z-]*$/.test(word) ? word : shellWord(word)));
  return quoted.includes(null) ? null : quoted.join(' ');
}
