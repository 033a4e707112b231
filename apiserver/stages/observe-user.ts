import type { Logger } from '../../base/log.ts';
import type { RequestObserver } from '../contract/observer.ts';
import type { Stage } from '../contract/stage.ts';

/** Tells observers who asks, as soon as that is known. Returns no stage if none of them wants to know. */
export function observeUser(observers: readonly RequestObserver[], log: Logger): readonly Stage[] {
  const told = observers.filter(({ authenticated }) => authenticated !== undefined);
  if (told.length === 0) return [];
  return [
    {
      name: 'observe-user',
      handle(exchange, next) {
        for (const observer of told) {
          try {
            observer.authenticated?.(exchange);
          } catch (error) {
            log.error({ err: error, observer: observer.name }, 'a request observer failed');
          }
        }
        return next(exchange);
      },
    },
  ];
}
