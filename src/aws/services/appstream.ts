import {
  AppStreamClient,
  DescribeFleetsCommand,
  DescribeImageBuildersCommand,
  StartFleetCommand,
  StartImageBuilderCommand,
  StopFleetCommand,
  StopImageBuilderCommand,
} from '@aws-sdk/client-appstream';
import { pagesBy } from '../paging.js';

export const appstream = {
  client: AppStreamClient,
  commands: {
    DescribeFleets: DescribeFleetsCommand,
    DescribeImageBuilders: DescribeImageBuildersCommand,
    StartFleet: StartFleetCommand,
    StartImageBuilder: StartImageBuilderCommand,
    StopFleet: StopFleetCommand,
    StopImageBuilder: StopImageBuilderCommand,
  },
  paginators: {
    DescribeFleets: pagesBy(DescribeFleetsCommand, 'NextToken'),
    DescribeImageBuilders: pagesBy(DescribeImageBuildersCommand, 'NextToken'),
  },
};
