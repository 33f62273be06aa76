<?php
// A page that is a file.

require __DIR__ . '/../../pages.php';

answer('/settings/mail.php');
