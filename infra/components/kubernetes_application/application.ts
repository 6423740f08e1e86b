import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { imageReference } from "infra/components/container_image.ts";
import {
  appContainer,
  HTTP,
  nginxConfig,
  type PodContext,
  podLabels,
  podTemplate,
  webPod,
} from "infra/components/kubernetes_application/pods.ts";
import {
  isScaled,
  keepAvailable,
  type Redis,
  redisAuthentication,
  scaleByProcessor,
  scaleByQueue,
} from "infra/components/kubernetes_application/scaling.ts";
import { K8sApplicationSettings } from "infra/components/kubernetes_application/settings.ts";
import { parseWith } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";

/** What a {@linkcode K8sApplication} is made from: settings, and what other resources tell. */
export type K8sApplicationArgs = z.input<typeof K8sApplicationSettings> & {
  /** Where all of it is. */
  readonly namespace: pulumi.Input<string>;
  /** With which the pods run; default the namespace's. */
  readonly serviceAccount?: pulumi.Input<string>;
  /** Environment variables with plain values. Default none. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secrets whose keys become environment variables. Default none. */
  readonly secretNames?: readonly pulumi.Input<string>[];
  /** Secrets whose keys become files, by the folder that holds them. Default none. */
  readonly secretFiles?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Where the queues are that workers follow. */
  readonly redis?: Redis;
};

/**
 * An application on Kubernetes: a web server, workers, programs by the clock, migrations.
 *
 * Creates, as far as wanted: a Deployment for the web server and each worker, each with an autoscaler
 * (processor: HorizontalPodAutoscaler; queue: KEDA's ScaledObject) and a PodDisruptionBudget; the web
 * server's Service, nginx in the same pods and its ConfigMap; a CronJob each; a Job for the migrations of
 * each image, which ends before any pod of that image starts.
 *
 * Pods run without privileges, spread over zones; a new version gets requests before the old one goes.
 */
export class K8sApplication extends pulumi.ComponentResource {
  /** The Service's name; absent without a web server. */
  readonly serviceName?: string;
  /** The Service's port. */
  readonly servicePort = 80;
  /** The Deployments' names, for what restarts them. */
  readonly deploymentNames: readonly string[];
  readonly #settings: K8sApplicationSettings;
  readonly #context: PodContext;
  readonly #namespace: pulumi.Input<string>;
  readonly #redis?: Redis;
  #dependsOn: pulumi.Resource[] = [];

  /**
   * Makes the application.
   *
   * @param name Starts every child's name in Pulumi
   * @param args See {@linkcode K8sApplicationSettings}
   * @throws {Problems} for settings that {@linkcode K8sApplicationSettings} refuses, {@linkcode Problem}
   * for a queue without a Redis
   */
  constructor(name: string, args: K8sApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:Application", name, {}, opts);
    const { namespace, serviceAccount, environment = {}, secretNames = [], ...rest } = args;
    const { secretFiles = {}, redis, ...given } = rest;
    const settings = parseWith(K8sApplicationSettings, given, `K8sApplication ${name}`);
    const { application, image, web, workers, cronJobs, migrations } = settings;
    const waiting = Object.entries(workers).find(([, { queue }]) => queue)?.[0];
    if (waiting !== undefined && redis === undefined) {
      throw new Problem(
        `K8sApplication ${name}: workers.${waiting}.queue: no redis is given to look into`,
      );
    }
    this.#settings = settings;
    this.#namespace = namespace;
    this.#redis = redis;
    this.#context = {
      application,
      image: imageReference(image),
      runAsUser: settings.runAsUser,
      environment,
      secretNames,
      secretFiles,
      ...(serviceAccount ? { serviceAccount } : {}),
    };
    if (migrations) this.#dependsOn = [this.#migrate(name, migrations)];
    if (web) this.#serve(name, web);
    if (redis?.password && waiting !== undefined) {
      const metadata = this.#metadata("redis");
      redisAuthentication(`${name}-redis`, metadata, redis.password, { parent: this });
    }
    for (const [part, worker] of Object.entries(workers)) this.#work(name, part, worker);
    for (const [part, cron] of Object.entries(cronJobs)) this.#schedule(name, part, cron);
    if (web) this.serviceName = application;
    this.deploymentNames = [
      ...(web ? [application] : []),
      ...Object.keys(workers).map((part) => `${application}-${part}`),
    ];
    this.registerOutputs({ deploymentNames: this.deploymentNames });
  }

  #metadata(part?: string) {
    const { application } = this.#settings;
    return {
      name: part === undefined ? application : `${application}-${part}`,
      namespace: this.#namespace,
    };
  }

  #migrate(
    name: string,
    { command, resources, deadlineSeconds }: NonNullable<K8sApplicationSettings["migrations"]>,
  ): kubernetes.batch.v1.Job {
    const container = appContainer(this.#context, "migrate", resources, { command });
    // Pulumi names the Job, so that the next image's can be made beside it.
    return new kubernetes.batch.v1.Job(`${name}-migrate`, {
      metadata: { namespace: this.#namespace },
      spec: {
        backoffLimit: 2,
        activeDeadlineSeconds: deadlineSeconds,
        template: podTemplate(this.#context, "migrate", [container], { restartPolicy: "Never" }),
      },
    }, {
      parent: this,
      replaceOnChanges: ["spec"],
      customTimeouts: { create: `${deadlineSeconds + 60}s` },
    });
  }

  #serve(name: string, web: NonNullable<K8sApplicationSettings["web"]>): void {
    const { application } = this.#settings;
    const opts = { parent: this, dependsOn: this.#dependsOn };
    const { nginx, replicas } = web;
    const config = nginx && nginxConfig(nginx.port, web.port, nginx.maxBodySize);
    const template = webPod(this.#context, web, config);
    if (config !== undefined) {
      new kubernetes.core.v1.ConfigMap(`${name}-nginx`, {
        metadata: this.#metadata("nginx"),
        data: { "nginx.conf": config },
      }, { parent: this });
    }
    this.#deploy(name, undefined, "web", replicas, template);
    const metadata = this.#metadata();
    if (isScaled(replicas)) scaleByProcessor(name, metadata, replicas, opts);
    keepAvailable(name, metadata, "web", application, replicas, { parent: this });
    new kubernetes.core.v1.Service(name, {
      metadata,
      spec: {
        selector: podLabels(application, "web"),
        ports: [{ name: HTTP, port: this.servicePort, targetPort: HTTP }],
      },
    }, { parent: this });
  }

  #work(name: string, part: string, worker: K8sApplicationSettings["workers"][string]): void {
    const { replicas, singleton, graceSeconds } = worker;
    const container = appContainer(this.#context, part, worker.resources, {
      command: worker.command,
    });
    const template = podTemplate(this.#context, part, [container], {
      terminationGracePeriodSeconds: graceSeconds,
    });
    const resource = `${name}-${part}`;
    const metadata = this.#metadata(part);
    const opts = { parent: this };
    this.#deploy(resource, part, part, replicas, template, singleton);
    if (worker.queue) {
      const redis = this.#redis!;
      const authentication = redis.password ? this.#metadata("redis").name : undefined;
      scaleByQueue(resource, metadata, worker, redis, authentication, opts);
    } else if (isScaled(replicas)) scaleByProcessor(resource, metadata, replicas, opts);
    keepAvailable(resource, metadata, part, this.#settings.application, replicas, opts);
  }

  #deploy(
    resource: string,
    suffix: string | undefined,
    part: string,
    replicas: K8sApplicationSettings["workers"][string]["replicas"],
    template: kubernetes.types.input.core.v1.PodTemplateSpec,
    singleton = false,
  ): void {
    new kubernetes.apps.v1.Deployment(resource, {
      metadata: this.#metadata(suffix),
      spec: {
        ...(isScaled(replicas) ? {} : { replicas: replicas.min }),
        revisionHistoryLimit: 3,
        strategy: singleton
          ? { type: "Recreate" }
          : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
        selector: { matchLabels: podLabels(this.#settings.application, part) },
        template,
      },
    }, { parent: this, dependsOn: this.#dependsOn });
  }

  #schedule(name: string, part: string, cron: K8sApplicationSettings["cronJobs"][string]): void {
    const container = appContainer(this.#context, part, cron.resources, { command: cron.command });
    new kubernetes.batch.v1.CronJob(`${name}-${part}`, {
      metadata: this.#metadata(part),
      spec: {
        schedule: cron.schedule,
        timeZone: cron.timeZone,
        concurrencyPolicy: cron.concurrency,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            backoffLimit: 1,
            activeDeadlineSeconds: cron.deadlineSeconds,
            template: podTemplate(this.#context, part, [container], { restartPolicy: "Never" }),
          },
        },
      },
    }, { parent: this, dependsOn: this.#dependsOn });
  }
}
