import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.*;
import java.util.zip.*;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** Sends one message through Emay's encrypted interface and waits for its report. JDK 11: {@code java SendSecure.java}. */
public class SendSecure {
    static final String URL = env("EMAY_URL", "http://127.0.0.1:8899");
    static final String APP_ID = env("EMAY_APP_ID", "EUCP-EMY-SMS0-SIMUL");
    static final String SECRET_KEY = env("EMAY_SECRET_KEY", "0123456789ABCDEF"); // 16, 24 or 32 bytes
    static final String MOBILE = env("EMAY_MOBILE", "0061422118000"); // 00, country code, number
    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static String env(String name, String fallback) { return System.getenv().getOrDefault(name, fallback); }
    static byte[] cipher(int mode, byte[] bytes) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(SECRET_KEY.getBytes("UTF-8"), "AES"));
        return cipher.doFinal(bytes);
    }

    /** Posts the fields with the time and the seconds they are valid. A real program builds JSON by a library. */
    static String call(String name, String fields) throws Exception {
        String json = String.format("{\"requestTime\":%d,\"requestValidPeriod\":60,%s}", System.currentTimeMillis(), fields);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) { gzip.write(json.getBytes("UTF-8")); }
        HttpRequest request = HttpRequest.newBuilder(URI.create(URL + "/secure/" + name)).timeout(Duration.ofSeconds(30))
                .header("appId", APP_ID).header("gzip", "on")
                .POST(HttpRequest.BodyPublishers.ofByteArray(cipher(Cipher.ENCRYPT_MODE, packed.toByteArray()))).build();
        HttpResponse<byte[]> response = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        // The code stands in the header "result"; only a SUCCESS has a body, which is the data alone.
        String code = response.headers().firstValue("result").orElse("");
        if (!code.equals("SUCCESS")) return "{\"code\":\"" + code + "\"}";
        InputStream data = new ByteArrayInputStream(cipher(Cipher.DECRYPT_MODE, response.body()));
        return "{\"code\":\"SUCCESS\",\"data\":" + new String(new GZIPInputStream(data).readAllBytes(), "UTF-8") + "}";
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        String customImsId = UUID.randomUUID().toString().replace("-", ""); // yours, at most 32 characters
        String answer = call("sendSingleIMS", String.format(
                "\"mobile\":\"%s\",\"content\":\"Hello, \u4f60\u597d\",\"customImsId\":\"%s\"", MOBILE, customImsId));
        out.println("answer: " + answer);
        if (!answer.contains("\"SUCCESS\"")) System.exit(1);
        Pattern mine = Pattern.compile("\\{[^{}]*\"customImsId\":\"" + customImsId + "\"[^{}]*\\}");
        for (int attempt = 0; attempt < 60; attempt++, Thread.sleep(1000)) {
            // Whatever is pulled is gone from the gateway: a real program keeps every report, not only its own.
            Matcher report = mine.matcher(call("getIMSReport", "\"number\":500"));
            if (!report.find()) continue;
            out.println("report: " + report.group());
            return;
        }
        throw new Exception("no report yet");
    }
}
