<?php
// Sends one message through Emay's encrypted interface and waits for its delivery report. PHP 7.4, no packages.

$url = getenv('EMAY_URL') ?: 'http://127.0.0.1:8899';
$appId = getenv('EMAY_APP_ID') ?: 'EUCP-EMY-SMS0-SIMUL';
$secretKey = getenv('EMAY_SECRET_KEY') ?: '0123456789ABCDEF'; // 16, 24 or 32 bytes
$mobile = getenv('EMAY_MOBILE') ?: '0061422118000'; // 00, country code, number
$customImsId = bin2hex(random_bytes(16));           // yours, at most 32 characters

// Posts the fields with the time and how many seconds they are valid, and returns the code and the data.
$call = function (string $name, array $fields) use ($url, $appId, $secretKey): array {
    $json = json_encode(['requestTime' => (int) (microtime(true) * 1000), 'requestValidPeriod' => 60] + $fields);
    $cipher = 'aes-' . strlen($secretKey) * 8 . '-ecb'; // PHP pads as PKCS5 does
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => "Content-Type: application/octet-stream\r\nappId: $appId\r\ngzip: on",
        'content' => openssl_encrypt(gzencode($json), $cipher, $secretKey, OPENSSL_RAW_DATA),
        'timeout' => 30,
    ]]);
    $body = file_get_contents("$url/secure/$name", false, $context);
    if ($body === false) {
        exit(1);
    }
    // The code stands in the header `result`; only a SUCCESS has a body, which is the data alone.
    preg_match('/^result: *(\w+)/mi', implode("\n", $http_response_header), $result);
    if ($result[1] !== 'SUCCESS') {
        return ['code' => $result[1]];
    }
    $text = gzdecode(openssl_decrypt($body, $cipher, $secretKey, OPENSSL_RAW_DATA));
    return ['code' => 'SUCCESS', 'data' => json_decode($text, true, 512, JSON_BIGINT_AS_STRING | JSON_THROW_ON_ERROR)];
};

$show = function (string $title, array $value): void {
    echo $title, ': ', json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
};

$answer = $call('sendSingleIMS', ['mobile' => $mobile, 'content' => 'Hello, 你好', 'customImsId' => $customImsId]);
$show('answer', $answer);
if ($answer['code'] !== 'SUCCESS') {
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
