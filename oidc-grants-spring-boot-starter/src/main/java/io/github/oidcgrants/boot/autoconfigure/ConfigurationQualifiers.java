package io.github.oidcgrants.boot.autoconfigure;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.context.aot.AbstractAotProcessor;

/**
 * Gives the beans of {@link ConfigurationBeans} their id as {@link Qualifier}, which a
 * registrar cannot.
 */
final class ConfigurationQualifiers implements BeanFactoryPostProcessor {

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		// Ahead of time nothing may be added that generated code could not repeat.
		if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
			return;
		}
		for (String name : beanFactory.getBeanDefinitionNames()) {
			if (name.startsWith(ConfigurationBeans.PREFIX)
					&& beanFactory.getBeanDefinition(name) instanceof AbstractBeanDefinition definition
					&& definition.getSource() == ConfigurationBeans.class) {
				definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class,
						name.substring(ConfigurationBeans.PREFIX.length())));
			}
		}
	}

}
