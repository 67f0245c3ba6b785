import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import { pagesBy } from '../paging.js';

export const eventbridge = {
  client: EventBridgeClient,
  commands: {
    DisableRule: DisableRuleCommand,
    EnableRule: EnableRuleCommand,
    ListEventBuses: ListEventBusesCommand,
    ListRules: ListRulesCommand,
  },
  paginators: {
    ListEventBuses: pagesBy(ListEventBusesCommand, 'NextToken'),
    ListRules: pagesBy(ListRulesCommand, 'NextToken'),
  },
};
