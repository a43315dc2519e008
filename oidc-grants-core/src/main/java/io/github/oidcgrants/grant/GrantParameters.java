package io.github.oidcgrants.grant;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.JsonObject;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.StringUtils;

/**
 * What a grant asks for beyond its kind: scopes, resources, audiences and any other
 * parameter. Immutable.
 * <p>
 * Only {@code resource} (RFC 8707) and {@code audience} (RFC 8693) may have several
 * values. {@code grant_type} and the client's credentials cannot be set: they come from
 * the grant and the {@link io.github.oidcgrants.client.Configuration}.
 * {@link #toString()} shows the values of parameters that are known to hold no secret,
 * and masks all others.
 */
public final class GrantParameters {

	private static final String RESOURCE = "resource";

	static final String AUTHORIZATION_DETAILS = "authorization_details";

	private static final GrantParameters NONE = builder().build();

	private static final Set<String> RESERVED = Set.of(OAuth2ParameterNames.GRANT_TYPE, OAuth2ParameterNames.CLIENT_ID,
			OAuth2ParameterNames.CLIENT_SECRET, OAuth2ParameterNames.CLIENT_ASSERTION,
			OAuth2ParameterNames.CLIENT_ASSERTION_TYPE);

	private static final Set<String> REPEATABLE = Set.of(RESOURCE, OAuth2ParameterNames.AUDIENCE);

	private static final Set<String> PUBLIC = Set.of(OAuth2ParameterNames.SCOPE, RESOURCE,
			OAuth2ParameterNames.AUDIENCE, OAuth2ParameterNames.REQUESTED_TOKEN_TYPE,
			OAuth2ParameterNames.SUBJECT_TOKEN_TYPE, OAuth2ParameterNames.ACTOR_TOKEN_TYPE);

	private final Map<String, List<String>> values;

	private final Map<String, Supplier<String>> suppliers;

	private int hash;

	private GrantParameters(Map<String, List<String>> values, Map<String, Supplier<String>> suppliers) {
		this.values = Collections.unmodifiableMap(values);
		this.suppliers = Collections.unmodifiableMap(suppliers);
	}

	/**
	 * {@return no parameters}
	 */
	public static GrantParameters none() {
		return NONE;
	}

	/**
	 * Begins an empty set of parameters.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Creates parameters.
	 * @param parameters sets them
	 * @return the parameters
	 * @throws GrantException as the builder does
	 */
	public static GrantParameters of(Consumer<Builder> parameters) {
		Builder builder = builder();
		parameters.accept(builder);
		return builder.build();
	}

	/**
	 * {@return the values of a parameter in their order; empty if it is not set}
	 * @param name the parameter's name
	 */
	public List<String> get(String name) {
		return this.values.getOrDefault(name, List.of());
	}

	/**
	 * {@return the scopes}
	 */
	public Set<String> scopes() {
		return get(OAuth2ParameterNames.SCOPE).stream()
			.flatMap((scope) -> split(scope).stream())
			.collect(Collectors.collectingAndThen(Collectors.toCollection(LinkedHashSet::new),
					Collections::unmodifiableSet));
	}

	/**
	 * {@return all parameters by name, each with its values, other than those that come
	 * from a supplier}
	 */
	public Map<String, List<String>> asMap() {
		return this.values;
	}

	/**
	 * {@return whether a parameter comes from a supplier, so that no two requests need be
	 * the same}
	 */
	public boolean hasSuppliers() {
		return !this.suppliers.isEmpty();
	}

	/**
	 * {@return the names of the parameters that come from a supplier}
	 */
	public Set<String> suppliedNames() {
		return this.suppliers.keySet();
	}

	/**
	 * {@return whether all parameters are of those that are known to hold no secret}
	 */
	public boolean isPublic() {
		return this.suppliers.isEmpty() && PUBLIC.containsAll(this.values.keySet());
	}

	boolean contains(String name) {
		return this.values.containsKey(name) || this.suppliers.containsKey(name);
	}

	/**
	 * Fills in what is not set here. A parameter that is set here replaces the default of
	 * the same name with all its values.
	 * @param defaults the parameters to fall back to
	 * @return these parameters and, for all other names, the defaults
	 */
	public GrantParameters withDefaults(GrantParameters defaults) {
		if (defaults.isEmpty()) {
			return this;
		}
		if (isEmpty()) {
			return defaults;
		}
		Map<String, List<String>> mergedValues = new LinkedHashMap<>(defaults.values);
		Map<String, Supplier<String>> mergedSuppliers = new LinkedHashMap<>(defaults.suppliers);
		mergedValues.keySet().removeAll(this.suppliers.keySet());
		mergedSuppliers.keySet().removeAll(this.values.keySet());
		mergedValues.putAll(this.values);
		mergedSuppliers.putAll(this.suppliers);
		return new GrantParameters(mergedValues, mergedSuppliers);
	}

	/**
	 * Reads a supplier now, so that its parameter has one value from here on.
	 */
	GrantParameters reading(String name) {
		Supplier<String> supplier = this.suppliers.get(name);
		return (supplier != null) ? builder().parameter(name, read(name, supplier)).build().withDefaults(this) : this;
	}

	private boolean isEmpty() {
		return this.values.isEmpty() && this.suppliers.isEmpty();
	}

	private static List<String> split(String scope) {
		return List.of(StringUtils.tokenizeToStringArray(scope, " "));
	}

	void forEach(BiConsumer<String, String> open, BiConsumer<String, String> secret) {
		this.values.forEach((name, all) -> {
			BiConsumer<String, String> consumer = PUBLIC.contains(name) ? open : secret;
			all.forEach((value) -> consumer.accept(name, value));
		});
		this.suppliers.forEach((name, supplier) -> secret.accept(name, read(name, supplier)));
	}

	private static String read(String name, Supplier<? extends @Nullable String> supplier) {
		String value;
		try {
			value = supplier.get();
		}
		catch (GrantException ex) {
			throw ex.ofSupplier();
		}
		catch (RuntimeException ex) {
			// Its message may hold what it failed to read.
			throw GrantException.notSupplied("The supplier of the parameter '" + name + "' failed with "
					+ ex.getClass().getName() + ": nothing was sent");
		}
		if (value == null || value.isEmpty()) {
			throw GrantException
				.notSupplied("The supplier of the parameter '" + name + "' gave nothing: nothing was sent");
		}
		requireArray(name, value);
		return value;
	}

	private static void requireArray(String name, String value) {
		if (AUTHORIZATION_DETAILS.equals(name) && JsonObject.parseArray(value) == null) {
			throw GrantException
				.misconfigured("The parameter 'authorization_details' is not a JSON array (RFC 9396 section 2)");
		}
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof GrantParameters parameters && this.values.equals(parameters.values)
				&& this.suppliers.equals(parameters.suppliers));
	}

	@Override
	public int hashCode() {
		// Kept like that of a String: parameters are looked up by each call that has
		// some.
		int known = this.hash;
		if (known == 0) {
			known = this.values.hashCode();
			this.hash = known;
		}
		return known;
	}

	@Override
	public String toString() {
		Map<String, Object> shown = new LinkedHashMap<>();
		this.values.forEach((name, all) -> shown.put(name, PUBLIC.contains(name) ? all : Redactor.MASK));
		this.suppliers.keySet().forEach((name) -> shown.put(name, Redactor.MASK));
		return "GrantParameters" + shown;
	}

	/**
	 * Collects parameters. Each method throws {@link GrantException} of kind
	 * {@link Kind#MISCONFIGURED} for what cannot be sent.
	 */
	public static final class Builder {

		private final Map<String, List<String>> values = new LinkedHashMap<>();

		private final Map<String, Supplier<String>> suppliers = new LinkedHashMap<>();

		private Builder() {
		}

		/**
		 * Adds scopes (RFC 6749 section 3.3).
		 * @param scopes the scopes, each argument one or several separated by spaces
		 * @return this
		 */
		public Builder scope(String... scopes) {
			return scope(List.of(scopes));
		}

		/**
		 * Adds scopes (RFC 6749 section 3.3).
		 * @param scopes the scopes, each element one or several separated by spaces
		 * @return this
		 */
		public Builder scope(Collection<String> scopes) {
			Set<String> all = new LinkedHashSet<>();
			this.values.getOrDefault(OAuth2ParameterNames.SCOPE, List.of())
				.forEach((scope) -> all.addAll(split(scope)));
			for (String scope : scopes) {
				String stripped = scope.strip();
				requireScope(stripped);
				all.addAll(split(stripped));
			}
			if (!all.isEmpty()) {
				this.values.put(OAuth2ParameterNames.SCOPE, List.of(String.join(" ", all)));
			}
			return this;
		}

		/**
		 * Adds resources: the APIs the token is for (RFC 8707).
		 * @param resources absolute URIs without fragment
		 * @return this
		 */
		public Builder resource(String... resources) {
			return resource(List.of(resources));
		}

		/**
		 * Adds resources: the APIs the token is for (RFC 8707).
		 * @param resources absolute URIs without fragment
		 * @return this
		 */
		public Builder resource(Collection<String> resources) {
			resources.forEach((resource) -> add(RESOURCE, requireResource(resource)));
			return this;
		}

		/**
		 * Adds audiences: logical names of the services the token is for (RFC 8693
		 * section 2.1).
		 * @param audiences the names
		 * @return this
		 */
		public Builder audience(String... audiences) {
			return audience(List.of(audiences));
		}

		/**
		 * Adds audiences: logical names of the services the token is for (RFC 8693
		 * section 2.1).
		 * @param audiences the names
		 * @return this
		 */
		public Builder audience(Collection<String> audiences) {
			audiences.forEach((audience) -> add(OAuth2ParameterNames.AUDIENCE, audience));
			return this;
		}

		/**
		 * Adds any parameter.
		 * @param name its name
		 * @param value its value, not empty
		 * @return this
		 */
		public Builder parameter(String name, String value) {
			return switch (name) {
				case OAuth2ParameterNames.SCOPE -> scope(value);
				case RESOURCE -> resource(value);
				default -> add(name, value);
			};
		}

		/**
		 * Adds a parameter whose value is made anew for each request, such as an
		 * assertion that may be used only once. Its value is treated as a secret.
		 * @param name its name, none of {@code scope}, {@code resource} and
		 * {@code audience}
		 * @param value gives the value, at each use
		 * @return this
		 */
		public Builder parameter(String name, Supplier<String> value) {
			requireFree(name);
			if (PUBLIC.contains(name)) {
				throw GrantException
					.misconfigured("The parameter '" + name + "' cannot come from a supplier: set its value");
			}
			if (this.values.containsKey(name) || this.suppliers.putIfAbsent(name, value) != null) {
				throw setTwice(name);
			}
			return this;
		}

		private static void requireFree(String name) {
			if (name.isBlank()) {
				throw GrantException.misconfigured("A parameter has no name: name it");
			}
			if (RESERVED.contains(name)) {
				throw GrantException.misconfigured("The parameter '" + name + "' cannot be set: it comes from the grant"
						+ " and from the client's configuration");
			}
		}

		private static GrantException setTwice(String name) {
			return GrantException.misconfigured(
					"The parameter '" + name + "' is set twice: only resource and audience may have several values");
		}

		private Builder add(String name, String value) {
			requireFree(name);
			if (value.isEmpty()) {
				throw GrantException
					.misconfigured("The parameter '" + name + "' has no value: set one, or leave the parameter out");
			}
			List<String> present = this.values.computeIfAbsent(name, (n) -> new ArrayList<>());
			if (this.suppliers.containsKey(name) || (!present.isEmpty() && !REPEATABLE.contains(name))) {
				throw setTwice(name);
			}
			requireArray(name, value);
			if (!present.contains(value)) {
				present.add(value);
			}
			return this;
		}

		private static void requireScope(String scope) {
			boolean legal = !scope.isEmpty()
					&& scope.chars().allMatch((c) -> c >= 0x20 && c <= 0x7E && c != '"' && c != '\\');
			if (!legal) {
				throw GrantException.misconfigured("The scope '" + new Redactor().clean(scope)
						+ "' is empty or has characters that a scope cannot have (RFC 6749 section 3.3)");
			}
		}

		private static String requireResource(String resource) {
			try {
				URI uri = new URI(resource);
				if (uri.isAbsolute() && uri.getRawFragment() == null) {
					return resource;
				}
			}
			catch (URISyntaxException ex) {
				// Falls through: it is as unusable as a relative one.
			}
			throw GrantException.misconfigured("The resource '" + new Redactor().clean(resource)
					+ "' is not an absolute URI without fragment (RFC 8707 section 2)");
		}

		/**
		 * Creates the parameters.
		 * @return the parameters
		 */
		public GrantParameters build() {
			Map<String, List<String>> copy = new LinkedHashMap<>();
			this.values.forEach((name, all) -> copy.put(name, List.copyOf(all)));
			return new GrantParameters(copy, new LinkedHashMap<>(this.suppliers));
		}

	}

}
