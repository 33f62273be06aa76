<?php
// PHP's own sessions: a file for each, the cookie has its name.
session_start();
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$posted = $_SERVER['REQUEST_METHOD'] === 'POST';

if ($path === '/login' && $posted) {
    // Without session_regenerate_id, as in many applications: the value of the cookie stays.
    $_SESSION['user'] = $_POST['user'];
    header('Location: /me');
} elseif ($path === '/login') {
    echo '<form method="post"><input name="user"></form>';
} elseif ($path === '/logout' && $posted) {
    session_destroy();
    header('Location: /login');
} elseif ($path === '/me' || $path === '/notes') {
    if ($posted) {
        $_SESSION['notes'] = ($_SESSION['notes'] ?? 0) + 1;
    }
    header('Content-Type: application/json');
    echo json_encode(['user' => $_SESSION['user'] ?? null, 'notes' => $_SESSION['notes'] ?? 0]);
} else {
    http_response_code(404);
}
