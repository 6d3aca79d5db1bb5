/** A canvas that draws only when something changed: an idle page costs nothing, and pictures repeat. */
import { Object3D, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { h } from "./dom";

Object3D.DEFAULT_UP.set(0, 0, 1);
const TURN = 0.12;
/** A picture at rest is drawn with four samples to a pixel, so long after the last change; a moving one with one. */
const REST_MS = 600, FINE = 2;

export class View3D {
  readonly scene = new Scene();
  readonly camera: PerspectiveCamera;
  readonly controls: OrbitControls;
  readonly after: (() => void)[] = [];
  readonly #renderer: WebGLRenderer;
  #waiting = false;
  #seen = true;
  #rest = 0;
  #ratio = 0;

  constructor(readonly host: HTMLElement, label: string, near: number, far: number) {
    const canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": `${label}. Arrow keys turn it, plus and minus zoom.` });
    this.#renderer = new WebGLRenderer({ canvas, preserveDrawingBuffer: true, powerPreference: "low-power" });
    host.replaceChildren(canvas);
    this.camera = new PerspectiveCamera(35, 1, near, far);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enablePan = false;
    this.controls.addEventListener("change", () => this.draw());
    canvas.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#resize()).observe(host);
    new IntersectionObserver(([entry]) => { this.#seen = entry!.isIntersecting; if (this.#seen) this.draw(); }).observe(host);
  }

  get canvas() { return this.#renderer.domElement; }

  #resize() {
    const { clientWidth: w, clientHeight: height } = this.host;
    if (!w || !height) return;
    this.#renderer.setSize(w, height);
    this.camera.aspect = w / height;
    this.camera.updateProjectionMatrix();
    this.draw();
  }

  #key(event: KeyboardEvent) {
    const offset = this.camera.position.clone().sub(this.controls.target);
    const side = offset.clone().cross(this.camera.up).normalize();
    if (event.key === "ArrowLeft") offset.applyAxisAngle(this.camera.up, -TURN);
    else if (event.key === "ArrowRight") offset.applyAxisAngle(this.camera.up, TURN);
    else if (event.key === "ArrowUp") offset.applyAxisAngle(side, TURN);
    else if (event.key === "ArrowDown") offset.applyAxisAngle(side, -TURN);
    else if (event.key === "+" || event.key === "=") offset.multiplyScalar(0.9);
    else if (event.key === "-") offset.multiplyScalar(1.1);
    else return;
    event.preventDefault();
    this.camera.position.copy(this.controls.target).add(offset);
    this.controls.update();
    this.draw();
  }

  /** Draw with the next frame, if the picture is in the window: what is out of sight is drawn when it comes into sight. */
  draw() {
    clearTimeout(this.#rest);
    if (this.#waiting || !this.#seen) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#render(Math.min(devicePixelRatio, 2));
      for (const call of this.after) call();
      clearTimeout(this.#rest);
      this.#rest = window.setTimeout(() => this.#render(Math.min(devicePixelRatio, 2) * FINE), REST_MS);
    });
  }

  #render(ratio: number) {
    if (ratio !== this.#ratio) this.#renderer.setPixelRatio(this.#ratio = ratio);
    this.#renderer.render(this.scene, this.camera);
    this.canvas.dataset.samples = String(Math.round((ratio / devicePixelRatio) ** 2));
  }
}

export function webgl(): boolean {
  const found = document.createElement("canvas").getContext("webgl2");
  found?.getExtension("WEBGL_lose_context")?.loseContext();
  return !!found;
}
