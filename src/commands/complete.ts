import { profileNames } from '../aws/index.js';
import { knownRegions } from '../facts/index.js';
import type { Asked } from './completion.js';
import { incidentsIn } from './incidents.js';
import { reportDirectory } from './report-directory.js';

/** What a shell offers while somebody types, one a line. What cannot be read offers nothing: nobody asked for an error. */
export async function wordsFor(what: string, env: Record<string, string | undefined>): Promise<string[]> {
  try {
    switch (what as Asked) {
      case 'keys': {
        const incidents = await incidentsIn(reportDirectory(undefined, env), env, []);
        return [...new Set(incidents.flatMap(({ key }) => key ?? []))];
      }
      case 'profiles':
        return await profileNames();
      case 'regions':
        return [...knownRegions];
      case 'scenarios': {
        const { scenarioNames } = await import('../rehearsal/index.js');
        const { scenariosDirectory } = await import('./rehearse.js');
        return await scenarioNames(scenariosDirectory());
      }
    }
  } catch {
    return [];
  }
}
