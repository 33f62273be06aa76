import type { OpenAPIHono } from '@hono/zod-openapi';

const DESCRIPTION = `
Administration of Curfew: registers, finds and ends sessions, and locks subjects.

Times are RFC 3339 with milliseconds; durations are written as in the policy file (\`1h30m\`).
A credential stands only in a body, never in a URL. Errors are problem documents (RFC 9457) with a
\`code\`.
`.trim();

/** OpenAPI 3.1, from the routes of the application and the schemas that validate them. */
export function openApiDocument(
  app: Pick<OpenAPIHono, 'getOpenAPI31Document' | 'openAPIRegistry'>,
  version: string,
): object {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the tokens file, or a JWT of your SSO.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'certificate', {
    type: 'mutualTLS',
    description: 'A certificate of one of the authorities, whose common name has a role.',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Curfew administration', version, description: DESCRIPTION },
  });
}
