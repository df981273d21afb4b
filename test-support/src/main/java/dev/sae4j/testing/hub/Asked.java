package dev.sae4j.testing.hub;

/// A request that came.
///
/// @param server `hub`, or `store` for the other host
/// @param method of the request
/// @param path of the request, with its query
/// @param authorization header, or an empty text
/// @param range header, or an empty text
public record Asked(
        String server, String method, String path, String authorization, String range) {}
