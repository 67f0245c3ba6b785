import type { Service } from '../service.js';
import { paged, Shelf } from './shelf.js';

const gone: [string, number] = ['NotFoundException', 404];
const apps = new Shelf('amplify:apps', gone);
const branches = new Shelf(
  'amplify:branches',
  gone,
  'BadRequestException',
  ({ enableAutoBuild }) => enableAutoBuild === true,
);
const jobs = new Shelf('amplify:jobs', gone, null, ({ status }) => status === 'RUNNING');

type App = { appId: string };
type Branch = App & { branchName: string };
type Job = Branch & { jobId: string };
type Paging = { nextToken?: string; maxResults?: number };
const branchId = ({ appId, branchName }: Branch) => `${appId}/${branchName}`;

/** AWS Amplify: apps, branches, and the jobs that build them. */
export const amplify: Service = {
  operations: {
    CreateApp: (context, input: { name: string }) => {
      const appId = `d${context.world.random.text(13, 'abcdefghijklmnopqrstuvwxyz0123456789')}`;
      return {
        app: apps.add(context, appId, {
          description: '',
          repository: '',
          platform: 'WEB',
          environmentVariables: {},
          enableBranchAutoBuild: false,
          enableBasicAuth: false,
          ...input,
          appId,
          appArn: context.region.arn('amplify', `apps/${appId}`),
          createTime: context.now,
          updateTime: context.now,
          defaultDomain: `${appId}.amplifyapp.com`,
        }),
      };
    },
    ListApps: ({ region }, input: Paging) =>
      paged('apps', apps.all(region), input.nextToken, input.maxResults ?? 100),
    GetApp: ({ region }, input: App) => ({ app: apps.get(region, input.appId) }),
    DeleteApp: (context, input: App) => {
      for (const shelf of [branches, jobs])
        for (const { id, appId } of shelf.all(context.region))
          if (appId === input.appId) shelf.remove(context, id);
      return { app: apps.remove(context, input.appId) };
    },
    CreateBranch: (context, input: Branch) => {
      apps.get(context.region, input.appId);
      return {
        branch: branches.add(context, branchId(input), {
          description: '',
          stage: 'NONE',
          displayName: input.branchName,
          enableNotification: false,
          environmentVariables: {},
          enableAutoBuild: true,
          customDomains: [],
          framework: '',
          activeJobId: '0',
          totalNumberOfJobs: '0',
          enableBasicAuth: false,
          ttl: '5',
          enablePullRequestPreview: false,
          ...input,
          branchArn: context.region.arn('amplify', `apps/${input.appId}/branches/${input.branchName}`),
          createTime: context.now,
          updateTime: context.now,
        }),
      };
    },
    ListBranches: ({ region }, input: App & Paging) => {
      apps.get(region, input.appId);
      return paged(
        'branches',
        branches.all(region).filter(({ appId }) => appId === input.appId),
        input.nextToken,
        input.maxResults ?? 50,
      );
    },
    UpdateBranch: (context, input: Branch) => ({
      branch: branches.change(context, branchId(input), { ...input, updateTime: context.now }),
    }),
    DeleteBranch: (context, input: Branch) => ({ branch: branches.remove(context, branchId(input)) }),
    StartJob: (context, input: Branch & { jobType: string }) => {
      branches.get(context.region, branchId(input));
      const jobId = String(
        jobs
          .all(context.region)
          .filter(({ appId, branchName }) => appId === input.appId && branchName === input.branchName)
          .length + 1,
      );
      const jobArn = context.region.arn(
        'amplify',
        `apps/${branchId(input).replace('/', '/branches/')}/jobs/${jobId}`,
      );
      return {
        jobSummary: jobs.add(context, `${branchId(input)}/${jobId}`, {
          commitId: 'HEAD',
          commitMessage: '',
          commitTime: context.now,
          ...input,
          jobId,
          jobArn,
          startTime: context.now,
          status: 'RUNNING',
        }),
      };
    },
    ListJobs: ({ region }, input: Branch & Paging) => {
      branches.get(region, branchId(input));
      return paged(
        'jobSummaries',
        jobs
          .all(region)
          .filter(({ appId, branchName }) => appId === input.appId && branchName === input.branchName),
        input.nextToken,
        input.maxResults ?? 50,
      );
    },
    StopJob: (context, input: Job) => ({
      jobSummary: jobs.change(context, `${branchId(input)}/${input.jobId}`, {
        status: 'CANCELLED',
        endTime: context.now,
      }),
    }),
  },
};
