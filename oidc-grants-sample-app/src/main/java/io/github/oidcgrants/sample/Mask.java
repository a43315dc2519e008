package io.github.oidcgrants.sample;

/**
 * Shows tokens without giving them away.
 */
final class Mask {

	private static final int SHOWN = 6;

	private Mask() {
	}

	// Never the whole token, however short it is.
	static String mask(String token) {
		return token.substring(0, Math.min(SHOWN, token.length() / 2)) + "***";
	}

}
