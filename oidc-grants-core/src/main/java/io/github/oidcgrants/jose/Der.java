package io.github.oidcgrants.jose;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

import io.github.oidcgrants.error.GrantException;

/**
 * The little DER (X.690) that turns older private key formats into PKCS#8, which the JDK
 * reads.
 */
final class Der {

	private static final int SEQUENCE = 0x30;

	private static final int OCTET_STRING = 0x04;

	private static final int CURVE_PARAMETERS = 0xA0;

	private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");

	private static final byte[] OID_EC = HexFormat.of().parseHex("06072a8648ce3d0201");

	private static final byte[] RSA_ALGORITHM = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

	private Der() {
	}

	/**
	 * Wraps an {@code RSAPrivateKey} (RFC 8017 appendix A.1.2).
	 */
	static byte[] pkcs8FromPkcs1(byte[] pkcs1) {
		return tlv(SEQUENCE, VERSION_0, RSA_ALGORITHM, tlv(OCTET_STRING, pkcs1));
	}

	/**
	 * Wraps an {@code ECPrivateKey} (RFC 5915), whose curve moves to the outside.
	 */
	static byte[] pkcs8FromSec1(byte[] sec1) {
		byte[] curve = curve(sec1);
		return tlv(SEQUENCE, VERSION_0, tlv(SEQUENCE, OID_EC, curve), tlv(OCTET_STRING, sec1));
	}

	private static byte[] curve(byte[] sec1) {
		int at = skipHeader(sec1, 0);
		while (at < sec1.length) {
			int content = skipHeader(sec1, at);
			int end = content + length(sec1, at);
			if ((sec1[at] & 0xFF) == CURVE_PARAMETERS && end <= sec1.length) {
				byte[] oid = new byte[end - content];
				System.arraycopy(sec1, content, oid, 0, oid.length);
				return oid;
			}
			at = end;
		}
		throw GrantException
			.misconfigured("The EC PRIVATE KEY in the PEM names no curve: convert it to PKCS#8 (openssl pkcs8 -topk8"
					+ " -nocrypt)");
	}

	private static int length(byte[] der, int at) {
		int first = byteAt(der, at + 1);
		if (first < 0x80) {
			return first;
		}
		int length = 0;
		for (int i = 0; i < Math.min(first & 0x7F, 3); i++) {
			length = (length << 8) | byteAt(der, at + 2 + i);
		}
		return length;
	}

	private static int skipHeader(byte[] der, int at) {
		int first = byteAt(der, at + 1);
		return at + 2 + ((first < 0x80) ? 0 : first & 0x7F);
	}

	private static int byteAt(byte[] der, int at) {
		if (at >= der.length) {
			throw GrantException.misconfigured("The private key in the PEM ends too early");
		}
		return der[at] & 0xFF;
	}

	private static byte[] tlv(int tag, byte[]... contents) {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		for (byte[] content : contents) {
			body.writeBytes(content);
		}
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(tag);
		int length = body.size();
		if (length < 0x80) {
			out.write(length);
		}
		else if (length < 0x100) {
			out.write(0x81);
			out.write(length);
		}
		else {
			out.write(0x82);
			out.write(length >> 8);
			out.write(length);
		}
		out.writeBytes(body.toByteArray());
		return out.toByteArray();
	}

}
