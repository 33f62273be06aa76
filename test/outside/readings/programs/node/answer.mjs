// How each program answers: the page in one header, the value of its parameter escaped in another.

/** Answers with a page of the site. `value` is the text that the program's parameter has. */
export function answer(res, page, value) {
  res.setHeader('x-page', page);
  if (value !== undefined) res.setHeader('x-value', encodeURIComponent(value.toWellFormed()));
  res.end();
}

/** Answers `/request` with the host and the method that the application reads. */
export function answerRequest(res, host, method) {
  res.setHeader('x-host', encodeURIComponent(host ?? ''));
  res.setHeader('x-method', method);
  answer(res, '/request');
}

/** Answers `/version`. */
export function answerVersion(res, version) {
  answer(res, '/version', `${version} on Node ${process.versions.node}`);
}
