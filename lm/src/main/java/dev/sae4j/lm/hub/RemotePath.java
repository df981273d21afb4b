package dev.sae4j.lm.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/// Paths as listings of a repository give them: other people's text, which becomes names of files on
/// this disk. What could leave the folder, or mean a device on some system, is refused on all.
final class RemotePath {
    private static final int MAX_LENGTH = 1024;
    private static final int MAX_NAME = 255;
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");
    private static final Pattern DEVICE =
            Pattern.compile(
                    "(con|prn|aux|nul|conin\\$|conout\\$|com[0-9]|lpt[0-9])(\\..*)?",
                    Pattern.CASE_INSENSITIVE);

    private RemotePath() {}

    /// What is wrong with a path, to be read after "it"; empty if it can be used.
    static Optional<String> problem(String path) {
        if (path.isEmpty()) {
            return Optional.of("is empty");
        }
        if (path.length() > MAX_LENGTH) {
            return Optional.of("is longer than %d characters".formatted(MAX_LENGTH));
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("contains a control character");
        }
        if (path.indexOf('\\') >= 0) {
            return Optional.of("contains a backslash");
        }
        if (path.startsWith("/") || DRIVE.matcher(path).matches()) {
            return Optional.of("is absolute");
        }
        for (String name : path.split("/", -1)) {
            Optional<String> problem = problemOfName(name);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problemOfName(String name) {
        if (name.equals("..") || name.equals(".") || name.isBlank()) {
            return Optional.of("has '%s' as a part".formatted(name));
        }
        if (name.length() > MAX_NAME) {
            return Optional.of("has a name longer than %d characters".formatted(MAX_NAME));
        }
        if (DEVICE.matcher(name).matches()) {
            return Optional.of("names the device '%s' of Windows".formatted(name));
        }
        return Optional.empty();
    }
}
