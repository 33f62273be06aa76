<?php
// A front controller that is found as a file, and reads the path info after its own name.

require __DIR__ . '/../pages.php';

answer_path($_SERVER['PATH_INFO'] ?? $_SERVER['SCRIPT_NAME']);
