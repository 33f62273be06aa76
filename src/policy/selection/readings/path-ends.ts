// How servers read the end of a segment. A segment that the policy file spells literally is what it
// says, so these readings do not change it.

/** @param isLiteral whether the policy file spells the segment of this index literally */
export type SegmentTest = (index: number) => boolean;

/** One way to read the ends of segments, and its name for explanations. */
export interface PathEnd {
  readonly name: string;
  /** The other readings of a path, none when there is nothing to read in this way. */
  readingsOf(path: string, isLiteral: SegmentTest): readonly string[];
}

/** Extensions of programs that are handed the rest of the path. */
const PROGRAM = /\.(?:php\d?|phtml|cgi|fcgi|pl|asp|aspx|ashx|asmx|cfm|cfc|dll|exe)$/i;
const FINAL_DOTS = /[^. ][. ]+$/;
const SUFFIX = /[^/]\.[^/.]+$/;

export const PATH_ENDS: readonly PathEnd[] = [
  {
    name: 'without a final dot',
    readingsOf(path, isLiteral) {
      if (!/[. ](?:\/|$)/.test(path)) return [];
      const segments = segmentsOf(path);
      const isLast = (i: number): boolean => i === segments.length - 1;
      const cut = (segment: string, i: number): string =>
        FINAL_DOTS.test(segment) && !isLiteral(i) ? segment.replace(/[. ]+$/, '') : segment;
      return [
        joined(segments.map(cut)),
        joined(segments.map((segment, i) => (isLast(i) ? cut(segment, i) : segment))),
      ];
    },
  },
  {
    name: 'without the format suffix',
    readingsOf(path, isLiteral) {
      if (!SUFFIX.test(path) || isLiteral(segmentsOf(path).length - 1)) return [];
      return [path.slice(0, path.lastIndexOf('.'))];
    },
  },
  {
    name: 'with path info',
    readingsOf(path, isLiteral) {
      if (!path.includes('.')) return [];
      const segments = segmentsOf(path);
      const isProgram = (segment: string, i: number): boolean =>
        i < segments.length - 1 && PROGRAM.test(segment) && !isLiteral(i);
      // Servers look for the first or for the last one.
      const found = new Set([segments.findIndex(isProgram), segments.findLastIndex(isProgram)]);
      found.delete(-1);
      return [...found].flatMap((i) => [
        joined(segments.slice(0, i + 1)),
        joined(segments.toSpliced(i, 1)),
      ]);
    },
  },
];

/** Whether {@link PATH_ENDS} may find a program before the last segment of a plain path. */
export function mayHavePathInfo(path: string): boolean {
  const dot = path.indexOf('.');
  if (dot === -1 || dot > path.lastIndexOf('/')) return false;
  return path
    .split('/')
    .slice(0, -1)
    .some((segment) => PROGRAM.test(segment));
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/');
}

function joined(segments: readonly string[]): string {
  return `/${segments.join('/')}`;
}
