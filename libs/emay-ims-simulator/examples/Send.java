import java.io.PrintStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.*;
import java.security.MessageDigest;
import java.time.*;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import java.util.regex.*;

/** Sends one message through the Emay IMS interface and waits for its delivery report. JDK 11: {@code java Send.java}. */
public class Send {
    static final String URL = env("EMAY_URL", "http://127.0.0.1:8899");
    static final String APP_ID = env("EMAY_APP_ID", "EUCP-EMY-SMS0-SIMUL");
    static final String SECRET_KEY = env("EMAY_SECRET_KEY", "0123456789ABCDEF");
    static final String MOBILE = env("EMAY_MOBILE", "0061422118000"); // 00, country code, number
    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static String env(String name, String fallback) {
        return System.getenv().getOrDefault(name, fallback);
    }

    /** Posts the fields with appId, timestamp and sign, and returns the answer. A real program builds JSON by a library. */
    static String call(String name, String fields) throws Exception {
        // Shanghai's clock, UTC+8, whatever the zone of this machine.
        String timestamp = DateTimeFormatter.ofPattern("yyyyMMddHHmmss").format(ZonedDateTime.now(ZoneOffset.ofHours(8)));
        byte[] digest = MessageDigest.getInstance("MD5").digest((APP_ID + SECRET_KEY + timestamp).getBytes("UTF-8"));
        String sign = String.format("%032x", new BigInteger(1, digest));
        String body = String.format("{\"appId\":\"%s\",\"timestamp\":\"%s\",\"sign\":\"%s\",%s}", APP_ID, timestamp, sign, fields);
        // A text with a known length: the gateway needs Content-Length. Its HTTP status is 200 even for an error.
        HttpRequest request = HttpRequest.newBuilder(URI.create(URL + "/inter/" + name))
                .timeout(Duration.ofSeconds(30)).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        String customImsId = UUID.randomUUID().toString().replace("-", ""); // yours, at most 32 characters
        String answer = call("sendSingleIMS", String.format(
                "\"mobile\":\"%s\",\"content\":\"Hello, \u4f60\u597d\",\"customImsId\":\"%s\"", MOBILE, customImsId));
        out.println("answer: " + answer);
        if (!answer.contains("\"SUCCESS\"")) System.exit(1);

        Pattern mine = Pattern.compile("\\{[^{}]*\"customImsId\":\"" + customImsId + "\"[^{}]*\\}");
        for (int attempt = 0; attempt < 60; attempt++) {
            // Whatever is pulled is gone from the gateway: a real program keeps every report, not only its own.
            Matcher report = mine.matcher(call("getIMSReport", "\"number\":500"));
            if (report.find()) {
                out.println("report: " + report.group());
                return;
            }
            Thread.sleep(1000);
        }
        System.err.println("no report yet");
        System.exit(1);
    }
}
