import type { JsonObject } from '../../src/model/json.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { account, key } from '../contain/builders.js';

/** A call that worked, by the misused key where nobody else is named. */
export function eventOf(more: {
  eventId: string | null;
  time: number | null;
  name: string;
  source?: string;
  accessKeyId?: string | null;
  request?: JsonObject;
}): TrailEvent {
  const { eventId, time, name, source = 'ec2.amazonaws.com', accessKeyId = key, request = {} } = more;
  return {
    ...{ key: eventId ?? '', eventId, requestId: null, time, name, source, region: 'eu-west-1', account },
    actor: {
      ...{ type: 'IAMUser', arn: null, principalId: null, account, accessKeyId, userName: null },
      ...{ issuerArn: null, sessionName: null, invokedBy: null },
    },
    ...{ sourceIp: null, userAgent: null, readOnly: false, errorCode: null, errorMessage: null },
    ...{ request, response: null, truncated: false },
  };
}
