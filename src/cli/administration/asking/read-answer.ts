import type { z } from 'zod';

/** Reads a document of the server. @throws {AnswerFault} if it is not what this version knows */
export type Read<Answer> = (document: unknown) => Answer;

/** The reader of a schema. A newer server may send more than the schema has. */
export function reader<Answer>(schema: z.ZodType<Answer>): Read<Answer> {
  return (document) => {
    const read = schema.safeParse(document);
    if (read.success) return read.data;
    throw new AnswerFault(read.error.issues[0]?.path.join('.') ?? '');
  };
}

/** The server's answer cannot be read: it is of another version. */
export class AnswerFault extends Error {
  constructor(field: string) {
    super(
      `the server answers in a form that this version does not know (${field || 'as a whole'}); ` +
        'use the curfew of the same version as the server, or --json',
    );
    this.name = 'AnswerFault';
  }
}
