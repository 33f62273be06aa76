/** Why the subject that a request names is ignored. */
export type SubjectFault = (typeof SUBJECT_FAULTS)[number];

/**
 * `other`: the session is another subject's, because the first one that was named stays.
 * `unusable`: what stands there is no name.
 */
export const SUBJECT_FAULTS = ['other', 'unusable'] as const;
