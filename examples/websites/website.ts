import { defineResource, gte, has, implies, not, rule, unchanged } from 'skiff-kube/runtime';
import * as z from 'zod';

/** A static website: its pages, and how many servers show them. One schema makes the resource, its types and its client. */
export const websites = defineResource({
  group: 'example.dev',
  kind: 'Website',
  shortNames: ['web'],
  spec: z
    .object({
      domain: z
        .string()
        .regex(/^[a-z0-9.-]+$/)
        .max(253)
        .describe('The name under which the site is reached.'),
      replicas: z.int().min(0).max(20).default(2),
      minReplicas: z.int().min(0).optional(),
      pages: z.record(z.string(), z.string().max(10_000)).default({}),
      tls: z.object({ secretName: z.string().min(1) }).optional(),
      redirectToHttps: z.boolean().optional(),
    })
    .check(
      rule((self) => gte(self.replicas, self.minReplicas), 'replicas must be at least minReplicas'),
      rule((self) => unchanged(self.domain), { message: 'domain cannot be changed', path: ['domain'] }),
      rule((self) => implies(has(self.redirectToHttps), has(self.tls)), {
        message: 'a redirect needs tls',
        path: ['tls'],
        reason: 'FieldValueRequired',
      }),
      rule((self) => not(gte(self.minReplicas, 10)), 'minReplicas stays below 10'),
    ),
  status: z.object({ replicas: z.int(), readyReplicas: z.int(), selector: z.string() }),
  columns: [
    { name: 'Domain', path: 'spec.domain' },
    { name: 'Ready', path: 'status.readyReplicas' },
  ],
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'status.selector' },
});
