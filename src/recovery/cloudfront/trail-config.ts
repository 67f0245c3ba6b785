import { asObject, at, type Json, textAt } from '../../model/index.js';
import type { Configuration, Origin } from './state.js';

/** The distribution configuration inside a CloudTrail record, in either half of it; null where there is none. */
export function configOf(half: Json): Json {
  return (
    at(half, 'distributionConfig') ??
    at(half, 'distributionConfigWithTags', 'distributionConfig') ??
    at(half, 'distribution', 'distributionConfig')
  );
}

/** The members of a CloudFront list (`{ quantity, items }`), as CloudTrail writes them. */
function itemsOf(list: Json): Json[] {
  const items = at(list, 'items') ?? [];
  if (Array.isArray(items)) return items;
  // Some exports keep the XML's inner element.
  const inner = Object.values(asObject(items) ?? {})[0];
  return Array.isArray(inner) ? inner : inner === undefined ? [] : [inner];
}

export function aliasesOf(config: Json): string[] {
  return itemsOf(at(config, 'aliases')).filter((alias) => typeof alias === 'string');
}

/** Origins and functions as the record has them. */
export function configurationOf(config: Json): Configuration {
  return {
    enabled: at(config, 'enabled') === true || at(config, 'enabled') === 'true',
    deployed: true,
    lastModified: null,
    origins: itemsOf(at(config, 'origins')).map(toOrigin),
    functions: functionsOf(config),
  };
}

function toOrigin(origin: Json): Origin {
  const identity = textAt(origin, 's3OriginConfig', 'originAccessIdentity');
  return {
    id: textAt(origin, 'id') ?? '',
    domain: textAt(origin, 'domainName') ?? '',
    kind: at(origin, 's3OriginConfig') === null ? 'custom' : 's3',
    private: identity !== null || textAt(origin, 'originAccessControlId') !== null,
  };
}

function functionsOf(config: Json): string[] {
  const behaviours = [at(config, 'defaultCacheBehavior'), ...itemsOf(at(config, 'cacheBehaviors'))];
  const arns = behaviours.flatMap((behaviour) => [
    ...itemsOf(at(behaviour, 'lambdaFunctionAssociations')).map(
      (item) => textAt(item, 'lambdaFunctionARN') ?? textAt(item, 'lambdaFunctionArn'),
    ),
    ...itemsOf(at(behaviour, 'functionAssociations')).map(
      (item) => textAt(item, 'functionARN') ?? textAt(item, 'functionArn'),
    ),
  ]);
  return [...new Set(arns.filter((arn) => arn !== null))].sort();
}
