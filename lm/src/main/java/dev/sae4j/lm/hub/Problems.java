package dev.sae4j.lm.hub;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.hub.HubException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Sentences for what goes wrong on the way to the hub, each with what to do. Addresses are shown
/// without their queries, which may hold signatures.
final class Problems {
    private static final int MAX_REMARK = 300;
    private static final Pattern DISK_FULL =
            Pattern.compile("No space left|not enough space|Disk quota exceeded");

    private final HubSettings settings;

    Problems(HubSettings settings) {
        this.settings = settings;
    }

    /// An answer that is an error.
    ///
    /// @param what has been asked of the repository, such as `the file config.json`
    HubException of(Answer<?> answer, HubId id, String what) {
        String code = answer.header("X-Error-Code").orElse("");
        int status = answer.status();
        if (code.equals("GatedRepo")) {
            return gated(id);
        }
        return switch (status) {
            case 401 -> unauthorized(answer, id, what);
            case 403 ->
                    problem(
                            Kind.FORBIDDEN,
                            id,
                            "%s may not be had%s: %s"
                                    .formatted(
                                            what,
                                            remark(answer),
                                            settings.token() == null
                                                    ? signIn()
                                                    : "the token lacks this right; see "
                                                            + tokens()));
            case 404 -> missing(code, id, what);
            case 429 -> busy(answer, id);
            case 413 ->
                    problem(
                            Kind.SERVER,
                            id,
                            what + " is larger than the hub takes" + remark(answer));
            default ->
                    problem(
                            Kind.SERVER,
                            id,
                            "the hub answered %d when asked for %s%s%s"
                                    .formatted(
                                            status,
                                            what,
                                            remark(answer),
                                            status >= 500 ? ": try again later" : ""));
        };
    }

    private HubException gated(HubId id) {
        return problem(
                Kind.GATED,
                id,
                "is only given to those who accept its terms: do so at %s, then %s"
                        .formatted(
                                page(id),
                                settings.token() == null
                                        ? signIn()
                                        : "run the command again (the token must be of the same account)"));
    }

    private HubException unauthorized(Answer<?> answer, HubId id, String what) {
        if (settings.token() == null) {
            return problem(
                    Kind.FORBIDDEN,
                    id,
                    "%s is not there, or not for everybody: check the name; if it is private or gated, %s"
                            .formatted(what, signIn()));
        }
        return problem(
                Kind.FORBIDDEN,
                id,
                "the hub does not accept the token%s: check HF_TOKEN, or make a new one at %s"
                        .formatted(remark(answer), tokens()));
    }

    private HubException missing(String code, HubId id, String what) {
        return switch (code) {
            case "RevisionNotFound" ->
                    problem(
                            Kind.MISSING,
                            id,
                            "has no revision '%s': see %s/refs, or leave @%s away"
                                    .formatted(id.revision(), page(id), id.revision()));
            case "EntryNotFound" -> problem(Kind.MISSING, id, "has no " + what);
            default ->
                    problem(
                            Kind.MISSING,
                            id,
                            "%s is not there: check the name%s%s"
                                    .formatted(
                                            what,
                                            id.kind() == HubKind.MODEL
                                                    ? " (data sets are written datasets/ORG/NAME)"
                                                    : "",
                                            settings.token() == null
                                                    ? "; if it is private, " + signIn()
                                                    : ""));
        };
    }

    private HubException busy(Answer<?> answer, HubId id) {
        Optional<Duration> asked =
                answer.header("Retry-After")
                        .filter(v -> v.matches("[0-9]{1,9}"))
                        .map(v -> Duration.ofSeconds(Long.parseLong(v)));
        return problem(
                Kind.BUSY,
                id,
                "the hub takes no more requests for now (429)%s: run the same command later%s"
                        .formatted(
                                asked.map(d -> ", for %d s".formatted(d.toSeconds())).orElse(""),
                                settings.token() == null
                                        ? "; with a token in HF_TOKEN more are allowed"
                                        : ""));
    }

    private String signIn() {
        return "set HF_TOKEN to a token of yours (" + tokens() + ")";
    }

    private String tokens() {
        return settings.endpoint() + "/settings/tokens";
    }

    private String page(HubId id) {
        return settings.endpoint() + "/" + id.kind().pagePrefix() + id.repo();
    }

    /// What the server says about it, made harmless; with a bracket around it.
    private String remark(Answer<?> answer) {
        String said = answer.header("X-Error-Message").orElseGet(() -> inBody(answer.text()));
        if (settings.token() != null) {
            said = settings.token().removedFrom(said);
        }
        said = said.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        if (said.length() > MAX_REMARK) {
            said = said.substring(0, MAX_REMARK) + "...";
        }
        return said.isEmpty() ? "" : " (it says: " + said + ")";
    }

    private static String inBody(String text) {
        if (!text.startsWith("{")) {
            return ""; // a page for browsers
        }
        try {
            return Json.LENIENT.readTree(text).path("error").asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    static HubException problem(Kind kind, HubId id, String sentence) {
        return new HubException(kind, "[%s] %s".formatted(id, sentence));
    }

    static HubException stopped(String about, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new HubException(Kind.STOPPED, "[%s] was stopped".formatted(about), e);
    }

    /// True if another attempt may go better.
    static boolean isPassing(IOException e) {
        return !(e instanceof SSLException)
                && !(e instanceof FileSystemException)
                && !isDiskFull(e)
                && !isUnknownHost(e);
    }

    /// True if nobody is there, of which a few attempts make sure.
    static boolean isNobodyThere(IOException e) {
        return e instanceof HttpConnectTimeoutException;
    }

    private static boolean isUnknownHost(@Nullable Throwable e) {
        return e instanceof UnknownHostException
                || e instanceof UnresolvedAddressException
                || (e instanceof ConnectException
                        && e.getCause() != null
                        && isUnknownHost(e.getCause()));
    }

    static boolean isDiskFull(IOException e) {
        return DISK_FULL.matcher(String.valueOf(e.getMessage())).find();
    }

    /// No answer, after the last attempt.
    static Sae4jException noAnswer(String about, URI uri, IOException e, int attempts) {
        String host = uri.getRawAuthority();
        if (e instanceof SSLException) {
            return new HubException(
                    Kind.TLS,
                    "[%s] no trusted connection to %s (%s): check HF_ENDPOINT; behind a proxy that looks into traffic, give Java its certificate with SAE4J_OPTS=-Djavax.net.ssl.trustStore=FILE"
                            .formatted(about, host, e.getMessage()),
                    e);
        }
        String tries = attempts > 1 ? ", %d times".formatted(attempts) : "";
        return new HubException(
                Kind.UNREACHABLE,
                "[%s] %s %s%s: check the network and HF_ENDPOINT, then run the same command again; what has come is kept. HF_HUB_OFFLINE=1 uses only what is in the cache"
                        .formatted(about, host, reason(e), tries),
                e);
    }

    private static String reason(IOException e) {
        if (isUnknownHost(e)) {
            return "is not known to the name server";
        }
        return switch (e) {
            case HttpConnectTimeoutException _ -> "did not answer";
            case HttpTimeoutException timeout -> "fell silent: " + timeout.getMessage();
            case ConnectException _ -> "could not be reached";
            default ->
                    "broke the connection (%s)"
                            .formatted(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT));
        };
    }

    /// An address for people: no query, no user.
    static String place(URI uri) {
        return "%s%s".formatted(uri.getHost(), uri.getPath());
    }
}
