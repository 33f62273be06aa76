<?php
// A front controller as frameworks have it: the decoded path of REQUEST_URI.

require __DIR__ . '/pages.php';

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (is_string($path)) {
    answer_path(rawurldecode($path));
} else {
    http_response_code(400);
}
