package io.github.oidcgrants.managed;

import org.jspecify.annotations.Nullable;

/**
 * How the managed tokens of a registration are. It holds no token, and no name.
 *
 * @param unsaved how many names have a refresh token that could not be written to the
 * store yet
 * @param refreshed how many refreshes gave a token
 * @param failures how many did not
 * @param lastError why the last one did not that failed; {@code null} if none did
 */
public record ManagedTokensStatus(int unsaved, long refreshed, long failures, @Nullable String lastError) {
}
