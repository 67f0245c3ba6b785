import type { Finding } from '../../model/index.js';

/** Tags that EC2 sets itself on what nobody launches anew. */
const harmless = /^aws:ec2launchtemplate:|^aws:cloudformation:/;

/**
 * A rogue instance that a call of the incident launched, and that nothing launches anew when it ends: no group, fleet,
 * spot request or service, each of which AWS names in a tag or link that nobody else can set (EC2 user guide, "Tag
 * restrictions": `aws:`). Nothing has to be stopped before it. Pure.
 */
export function standsAlone({ class: judged, resource, evidence }: Finding): boolean {
  if (resource.play !== 'ec2-instances' || judged !== 'rogue') return false;
  const isLaunched = evidence.some(({ name }) => name === 'RunInstances');
  const isService = Object.keys(resource.tags).some((key) => key.startsWith('aws:') && !harmless.test(key));
  const isAsked = resource.links.some(({ kind }) =>
    /^(auto-scaling-group|fleet|spot-fleet|spot-request)$/.test(kind),
  );
  return isLaunched && !isService && !isAsked;
}
