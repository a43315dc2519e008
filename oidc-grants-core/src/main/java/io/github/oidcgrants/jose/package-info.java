/**
 * Keys and signatures: a thin layer over Nimbus JOSE + JWT that decides which keys and
 * algorithms are good enough.
 */
@NullMarked
package io.github.oidcgrants.jose;

import org.jspecify.annotations.NullMarked;
