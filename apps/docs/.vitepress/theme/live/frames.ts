import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** Something that goes on frame by frame until it is stopped: `show` in each fourth frame, in the others `work` for about 8 ms. */
export function useFrames(work: () => void, show: () => void): { running: Ref<boolean>; toggle(): void; stop(): void } {
  const running = ref(false)
  let request = 0
  let frames = 0
  const frame = (): void => {
    const start = performance.now()
    if (++frames % 4 === 0) show()
    else
      do work()
      while (performance.now() - start < 8)
    request = requestAnimationFrame(frame)
  }
  const stop = (): void => {
    running.value = false
    cancelAnimationFrame(request)
  }
  const toggle = (): void => {
    if (running.value) return stop()
    running.value = true
    request = requestAnimationFrame(frame)
  }
  onBeforeUnmount(stop)
  return { running, toggle, stop }
}

/** Calls back once, when an element comes into view: nothing is loaded before. */
export function useVisible(element: Ref<HTMLElement | undefined>, load: () => Promise<void>): Ref<boolean> {
  const loaded = ref(false)
  onMounted(() => {
    const seen = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return
        seen.disconnect()
        void load().then(() => (loaded.value = true))
      },
      { rootMargin: '300px' },
    )
    if (element.value) seen.observe(element.value)
  })
  return loaded
}
