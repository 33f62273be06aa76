<?php
// Answers with the page of the site that a path belongs to.

function answer(string $page, ?string $value = null): void
{
    header("x-page: $page");
    if ($value !== null) {
        header('x-value: ' . rawurlencode($value));
    }
}

function answer_path(string $path): void
{
    $exact = ['/login', '/accounts/login/', '/payments', '/admin/users', '/reports/q1', '/Reports/Q2'];
    if ($path === '/version') {
        answer('/version', 'PHP ' . PHP_VERSION . ' (' . PHP_SAPI . ')');
    } elseif ($path === '/request') {
        $host = parse_url('http://' . ($_SERVER['HTTP_HOST'] ?? ''), PHP_URL_HOST);
        header('x-host: ' . rawurlencode((string) $host));
        header('x-method: ' . $_SERVER['REQUEST_METHOD']);
        answer('/request');
    } elseif (in_array($path, $exact, true)) {
        answer($path);
    } elseif (preg_match('#^/payments/([^/]+)$#', $path, $match)) {
        answer('/payments/{id}', $match[1]);
    } elseif (preg_match('#^(/vault|/public)/(.*)$#s', $path, $match)) {
        answer($match[1] . '/{rest}', $match[2]);
    } else {
        http_response_code(404);
    }
}
