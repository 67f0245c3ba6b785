import type { Service } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

const gone: [string, number] = ['ResourceNotFoundException', 400];
const projects = new Shelf(
  'codebuild:projects',
  gone,
  'ResourceAlreadyExistsException',
  ({ webhook }) => webhook !== undefined,
);
const builds = new Shelf('codebuild:builds', gone, null, ({ buildStatus }) => buildStatus === 'IN_PROGRESS');
type Paging = { nextToken?: string };

const batch = (found: string, missing: string) => (things: (Thing | undefined)[], names: string[]) => ({
  [found]: things.flatMap((thing) => thing ?? []),
  [missing]: names.filter((_name, index) => things[index] === undefined),
});

/** AWS CodeBuild: projects, and builds that run until they are stopped. */
export const codebuild: Service = {
  operations: {
    CreateProject: (context, input: { name: string; serviceRole?: string }) => {
      if (input.serviceRole !== undefined) context.authorize('iam:PassRole', input.serviceRole);
      return {
        project: projects.add(context, input.name, {
          ...input,
          arn: context.region.arn('codebuild', `project/${input.name}`),
          created: context.now,
          lastModified: context.now,
        }),
      };
    },
    ListProjects: ({ region }, input: Paging) =>
      paged(
        'projects',
        projects.all(region).map(({ id }) => id),
        input.nextToken,
        100,
      ),
    BatchGetProjects: ({ region }, input: { names: string[] }) =>
      batch('projects', 'projectsNotFound')(
        input.names.map((name) => projects.find(region, name)),
        input.names,
      ),
    UpdateProject: (context, { name, ...fields }: { name: string }) => ({
      project: projects.change(context, name, fields),
    }),
    DeleteProject: (context, input: { name: string }) => {
      if (projects.find(context.region, input.name) !== undefined) projects.remove(context, input.name);
    },
    CreateWebhook: (context, { projectName, ...fields }: { projectName: string }) => {
      const webhook = {
        ...fields,
        url: `https://api.github.com/repos/example/${projectName}/hooks/1`,
        payloadUrl: `https://codebuild.${context.region.name}.amazonaws.com/webhooks?t=x`,
        lastModifiedSecret: context.now,
      };
      projects.change(context, projectName, { webhook });
      return { webhook };
    },
    DeleteWebhook: (context, input: { projectName: string }) => {
      delete projects.change(context, input.projectName, {}).webhook;
    },
    StartBuild: (context, input: { projectName: string }) => {
      const project = projects.get(context.region, input.projectName);
      const id = `${project.id}:${context.world.random.uuid()}`;
      const { environment, serviceRole, source } = project as Record<string, unknown>;
      return {
        build: builds.add(context, id, {
          environment,
          serviceRole,
          source,
          arn: context.region.arn('codebuild', `build/${id}`),
          projectName: project.id,
          startTime: context.now,
          buildStatus: 'IN_PROGRESS',
          currentPhase: 'BUILD',
          buildComplete: false,
          initiator: context.caller.arn.split(':').at(-1),
        }),
      };
    },
    ListBuilds: ({ region }, input: Paging) =>
      paged(
        'ids',
        builds
          .all(region)
          .map(({ id }) => id)
          .reverse(),
        input.nextToken,
        100,
      ),
    ListBuildsForProject: ({ region }, input: Paging & { projectName: string }) =>
      paged(
        'ids',
        builds
          .all(region)
          .filter(({ projectName }) => projectName === input.projectName)
          .map(({ id }) => id)
          .reverse(),
        input.nextToken,
        100,
      ),
    BatchGetBuilds: ({ region }, input: { ids: string[] }) =>
      batch('builds', 'buildsNotFound')(
        input.ids.map((id) => builds.find(region, id)),
        input.ids,
      ),
    StopBuild: (context, input: { id: string }) => {
      const build = builds.get(context.region, input.id);
      return {
        build:
          build.buildStatus === 'IN_PROGRESS'
            ? builds.change(context, build.id, {
                buildStatus: 'STOPPED',
                buildComplete: true,
                currentPhase: 'COMPLETED',
                endTime: context.now,
              })
            : build,
      };
    },
  },
};
