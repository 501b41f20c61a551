import { defineAsyncComponent } from 'vue'
import theme from 'vitepress/theme-without-fonts'
import type { Theme } from 'vitepress'
import './style.css'

/** Parts of pages that run Portolan in them; each is loaded with the first page that has it. */
export default {
  extends: theme,
  enhanceApp({ app }) {
    app.component('NetworkDemo', defineAsyncComponent(() => import('./live/network-demo.vue'))) // prettier-ignore
    app.component('DescentDemo', defineAsyncComponent(() => import('./live/descent-demo.vue'))) // prettier-ignore
    app.component('ConvolutionDemo', defineAsyncComponent(() => import('./live/convolution-demo.vue'))) // prettier-ignore
    app.component('LakeDemo', defineAsyncComponent(() => import('./live/lake-demo.vue'))) // prettier-ignore
  },
} satisfies Theme
