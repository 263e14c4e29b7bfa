<?php
// Sends one message through the Emay IMS interface and waits for its delivery report. PHP 7.4, no packages.

$url = getenv('EMAY_URL') ?: 'http://127.0.0.1:8899';
$appId = getenv('EMAY_APP_ID') ?: 'EUCP-EMY-SMS0-SIMUL';
$secretKey = getenv('EMAY_SECRET_KEY') ?: '0123456789ABCDEF';
$mobile = getenv('EMAY_MOBILE') ?: '0061422118000'; // 00, country code, number
$customImsId = bin2hex(random_bytes(16));           // yours, at most 32 characters

// Posts the fields with appId, timestamp and sign, and returns the answer.
$call = function (string $name, array $fields) use ($url, $appId, $secretKey): array {
    // Shanghai's clock, UTC+8, whatever the zone of this machine.
    $timestamp = (new DateTime('now', new DateTimeZone('+08:00')))->format('YmdHis');
    $sign = md5($appId . $secretKey . $timestamp);
    $body = json_encode(['appId' => $appId, 'timestamp' => $timestamp, 'sign' => $sign] + $fields);
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => 'Content-Type: application/json; charset=utf-8',
        'content' => $body,
        'timeout' => 30,
    ]]);
    $text = file_get_contents("$url/inter/$name", false, $context);
    if ($text === false) {
        exit(1);
    }
    // Ids are texts; should one come as a bare number, no digit of it may be lost.
    return json_decode($text, true, 512, JSON_BIGINT_AS_STRING | JSON_THROW_ON_ERROR);
};

$show = function (string $title, array $value): void {
    echo $title, ': ', json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
};

$answer = $call('sendSingleIMS', ['mobile' => $mobile, 'content' => 'Hello, 你好', 'customImsId' => $customImsId]);
$show('answer', $answer);
if ($answer['code'] !== 'SUCCESS') { // the HTTP status is 200 even for an error
    exit(1);
}

for ($attempt = 0; $attempt < 60; $attempt++) {
    // Whatever is pulled is gone from the gateway: a real program keeps every report, not only its own.
    foreach ($call('getIMSReport', ['number' => 500])['data'] ?? [] as $report) {
        if (($report['customImsId'] ?? null) === $customImsId) {
            $show('report', $report);
            exit(0);
        }
    }
    sleep(1);
}
fwrite(STDERR, "no report yet\n");
exit(1);
