/** A canvas that draws only when something changed: an idle page costs nothing, and pictures repeat. */
import { Object3D, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { h } from "./dom";

Object3D.DEFAULT_UP.set(0, 0, 1);
const TURN = 0.12;

export class View3D {
  readonly scene = new Scene();
  readonly camera: PerspectiveCamera;
  readonly controls: OrbitControls;
  readonly after: (() => void)[] = [];
  readonly #renderer: WebGLRenderer;
  #waiting = false;

  constructor(readonly host: HTMLElement, label: string, near: number, far: number) {
    const canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": `${label}. Arrow keys turn it, plus and minus zoom.` });
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true, powerPreference: "low-power" });
    this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    host.replaceChildren(canvas);
    this.camera = new PerspectiveCamera(35, 1, near, far);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enablePan = false;
    this.controls.addEventListener("change", () => this.draw());
    canvas.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#resize()).observe(host);
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

  draw() {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#renderer.render(this.scene, this.camera);
      for (const call of this.after) call();
    });
  }
}

export function webgl(): boolean {
  try { return !!document.createElement("canvas").getContext("webgl2"); } catch { return false; }
}
