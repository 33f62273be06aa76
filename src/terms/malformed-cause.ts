/**
 * Why a credential is malformed: a closed set for logs, metrics and explanations, which never show the
 * credential itself. The client is not informed of it.
 */
export const MALFORMED_CAUSES = [
  // The text of the value.
  /** A double quote that is not one of a pair around the whole value. */
  'quote_inside',
  /** A double quote at one end only. */
  'quotes_unpaired',
  'backslash',
  /** A `%` that remains after decoding once. */
  'escape',
  /** A space, a control character, or one that is not ASCII. */
  'character',
  /** A comma that was not escaped. */
  'comma',
  'too_long',

  // Where it stands.
  'too_many_cookies',
  'cookies_too_long',
  /** A piece of a large cookie, such as `NAME.0`. */
  'piece',
  /** Only a cookie whose name differs by case. */
  'other_case',
  /** The credential stands in a parameter of the path. */
  'path_parameter',
  /** Another place, which the application may read, holds it too. */
  'second_place',
  'several_lines',

  // What the source expects.
  'take_not_found',
  /** Nothing is left between the delimiters of `take`. */
  'take_empty',
  'not_hex',
  'not_uuid',
  /** Upper and lower case within one hex or uuid value. */
  'mixed_case',
  'not_lower',
  'not_base64',
  'not_base64url',
  'not_dotted',
  /** Base64 with the wrong number of `=`. */
  'padding',
  /** Base64 whose last character has bits that belong to no byte. */
  'unused_bits',
  /** Not `Bearer` and one token (RFC 6750 section 2.1). */
  'not_bearer',
  /** Not a signed JWT in compact form (RFC 7515 section 7.1). */
  'not_a_token',
] as const;

export type MalformedCause = (typeof MALFORMED_CAUSES)[number];
