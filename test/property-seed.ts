import fc from 'fast-check';

/**
 * Property tests draw the same values on each run, so that one commit has one verdict. `PROPERTY_SEED=random` draws new
 * ones, and a number those of a failure that was seen: it is printed with it.
 */
const asked = process.env['PROPERTY_SEED'] ?? '20261124';
if (asked !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });
