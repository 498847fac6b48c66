import { parseQuantityJson } from '../../apimachinery/quantity.js';
import type * as v1 from '../../schema/generated/autoscaling-v1.js';
import type * as v2 from '../../schema/generated/autoscaling-v2.js';

/**
 * Metrics of autoscaling/v1, which live in annotations, to and from those of v2
 * (Go: pkg/apis/autoscaling/v1/conversion.go). Results are yet to be put into
 * the form that a decoder leaves.
 */

function identifier(name: string | undefined, selector: v2.MetricIdentifier['selector']): v2.MetricIdentifier {
  return { name, selector };
}

function utilizationTarget(source: v1.ResourceMetricSource): v2.MetricTarget {
  const { targetAverageUtilization, targetAverageValue } = source;
  return {
    type: targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization',
    averageValue: targetAverageValue,
    averageUtilization: targetAverageUtilization,
  };
}

export function metricToV2({ type, object, pods, resource, containerResource, external }: v1.MetricSpec): v2.MetricSpec {
  return {
    type,
    object: object && objectToV2(object),
    pods: pods && {
      metric: identifier(pods.metricName, pods.selector),
      target: { type: 'AverageValue', averageValue: pods.targetAverageValue },
    },
    resource: resource && { name: resource.name, target: utilizationTarget(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      target: utilizationTarget(containerResource),
    },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      target: {
        type: external.targetValue === undefined ? 'AverageValue' : 'Value',
        value: external.targetValue,
        averageValue: external.targetAverageValue,
      },
    },
  };
}

function objectToV2({ target, metricName, targetValue, selector, averageValue }: v1.ObjectMetricSource): v2.ObjectMetricSource {
  // v1 can't leave the value out, so zero means nothing beside an average.
  const meant = averageValue === undefined || parseQuantityJson(targetValue ?? '0').sign() !== 0;
  return {
    describedObject: target,
    target: { type: averageValue === undefined ? 'Value' : 'AverageValue', value: meant ? (targetValue ?? '0') : undefined, averageValue },
    metric: identifier(metricName, selector),
  };
}

export function metricToV1({ type, object, pods, resource, containerResource, external }: v2.MetricSpec): v1.MetricSpec {
  return {
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      targetValue: object.target.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.target.averageValue,
    },
    pods: pods && { metricName: pods.metric.name, targetAverageValue: pods.target.averageValue ?? '0', selector: pods.metric.selector },
    resource: resource && {
      name: resource.name,
      targetAverageUtilization: resource.target.averageUtilization,
      targetAverageValue: resource.target.averageValue,
    },
    containerResource: containerResource && {
      name: containerResource.name,
      targetAverageUtilization: containerResource.target.averageUtilization,
      targetAverageValue: containerResource.target.averageValue,
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      targetValue: external.target.value,
      targetAverageValue: external.target.averageValue,
    },
  };
}

export function metricStatusToV2({ type, object, pods, resource, containerResource, external }: v1.MetricStatus): v2.MetricStatus {
  return {
    type,
    object: object && {
      metric: identifier(object.metricName, object.selector),
      current: { value: object.currentValue ?? '0', averageValue: object.averageValue },
      describedObject: object.target,
    },
    pods: pods && { metric: identifier(pods.metricName, pods.selector), current: { averageValue: pods.currentAverageValue ?? '0' } },
    resource: resource && {
      name: resource.name,
      current: { averageValue: resource.currentAverageValue ?? '0', averageUtilization: resource.currentAverageUtilization },
    },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      current: {
        averageValue: containerResource.currentAverageValue ?? '0',
        averageUtilization: containerResource.currentAverageUtilization,
      },
    },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      current: { value: external.currentValue ?? '0', averageValue: external.currentAverageValue },
    },
  };
}

export function metricStatusToV1({ type, object, pods, resource, containerResource, external }: v2.MetricStatus): v1.MetricStatus {
  return {
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      currentValue: object.current.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.current.averageValue,
    },
    pods: pods && { metricName: pods.metric.name, currentAverageValue: pods.current.averageValue ?? '0', selector: pods.metric.selector },
    resource: resource && {
      name: resource.name,
      currentAverageUtilization: resource.current.averageUtilization,
      currentAverageValue: resource.current.averageValue ?? '0',
    },
    containerResource: containerResource && {
      name: containerResource.name,
      currentAverageUtilization: containerResource.current.averageUtilization,
      currentAverageValue: containerResource.current.averageValue ?? '0',
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      currentValue: external.current.value ?? '0',
      currentAverageValue: external.current.averageValue,
    },
  };
}
