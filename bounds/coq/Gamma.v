(* The talk's function gamma(x) = ln(4 PI ln(1/x)) / sqrt(2 ln(1/x)) on (0, 1).

   With u = ln(1/x) and w = ln(4 PI u)/2 - 1:  gamma'(x) = w / (x u sqrt(2u)) and
   gamma''(x) = - h(u) / (x^2 u^2 sqrt(2u)),  h(u) = w (u - 3/2) + 1/2.

   Proved: both derivatives; h > 0 from two numbers (w(0.58) <= 0 and 0 <= w(3/2) <= 0.47); strict
   concavity on all of (0, 1); the tangent inequality; gamma increases on (0, exp(-e^2/(4 PI))] and
   decreases after it; and Jensen's inequality over finite lists, whence
   sum p_i gamma(p_i) <= gamma(sum p_i^2) for any probability vector with entries in (0, 1). *)
From Coq Require Import Reals Lra Psatz List.
Import ListNotations.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
Open Scope R_scope.
Definition w (u:R) := ln (4*PI*u) / 2 - 1.
Definition h (u:R) := w u * (u - 3/2) + 1/2.
Definition gamma (x:R) := ln (4*PI*ln (1/x)) / sqrt (2*ln (1/x)).
Definition Gamma_of_entropy (h:R) := ln (4*PI*h) / sqrt (2*h).

Lemma w_incr : forall u v, 0 < u -> u <= v -> w u <= w v.
Proof.
  intros u v Hu Huv. unfold w.
  assert (HP:=PI_RGT_0).
  assert (ln (4*PI*u) <= ln (4*PI*v)); [|lra].
  destruct (Req_dec u v) as [->|E]; [lra|].
  left; apply ln_increasing; nra.
Qed.
Lemma w_58 : w (58/100) <= 0.   Proof. unfold w; interval with (i_prec 40). Qed.
Lemma w_32 : 0 <= w (3/2) <= 47/100.   Proof. unfold w; split; interval with (i_prec 40). Qed.

Theorem h_pos : forall u, 0 < u -> 0 < h u.
Proof.
  intros u Hu. unfold h.
  destruct (Rle_dec u (58/100)) as [H1|H1].
  - assert (w u <= 0) by (apply Rle_trans with (2:=w_58); apply w_incr; lra). nra.
  - destruct (Rle_dec u (3/2)) as [H2|H2].
    + assert (w u <= 47/100) by (apply Rle_trans with (2:=proj2 w_32); apply w_incr; lra). nra.
    + assert (0 <= w u) by (apply Rle_trans with (1:=proj1 w_32); apply w_incr; lra). nra.
Qed.

Definition gamma_d1 (x:R) := let u := ln (1/x) in w u / (x * u * sqrt (2*u)).
Definition gamma_d2 (x:R) := let u := ln (1/x) in - h u / (x^2 * u^2 * sqrt (2*u)).

Lemma ln_inv_pos : forall x, 0 < x < 1 -> 0 < ln (1/x).
Proof. intros x Hx. rewrite <- ln_1. apply ln_increasing; [lra|].
  apply Rmult_lt_reg_r with x; [lra|]. field_simplify; lra. Qed.

Lemma gamma_derivative : forall x, 0 < x < 1 -> is_derive gamma x (gamma_d1 x).
Proof.
  intros x Hx. assert (U:=ln_inv_pos x Hx). assert (HP:=PI_RGT_0).
  assert (X: 0 < 1/x) by (apply Rdiv_lt_0_compat; lra).
  assert (S: 0 < sqrt (2*ln (1/x))) by (apply sqrt_lt_R0; lra).
  unfold gamma. auto_derive.
  - change (1 * / x) with (1/x); repeat split; try lra. nra.
  - change (1 * / x) with (1/x). unfold gamma_d1, w; cbv zeta.
    set (u := ln (1/x)) in *. set (s := sqrt (2*u)) in *.
    assert (E: s*s = 2*u) by (apply sqrt_sqrt; lra).
    assert (E': u = s*s/2) by lra. 
    generalize (ln (4*PI*u)); intro l. rewrite E'. field. repeat split; lra.
Qed.

Lemma gamma_second_derivative : forall x, 0 < x < 1 -> is_derive gamma_d1 x (gamma_d2 x).
Proof.
  intros x Hx. assert (U:=ln_inv_pos x Hx). assert (HP:=PI_RGT_0).
  assert (X: 0 < 1/x) by (apply Rdiv_lt_0_compat; lra).
  assert (S: 0 < sqrt (2*ln (1/x))) by (apply sqrt_lt_R0; lra).
  unfold gamma_d1, w; cbv zeta. auto_derive.
  - change (1 * / x) with (1/x); repeat split; try lra; try nra.
    apply Rgt_not_eq, Rmult_lt_0_compat; [nra|assumption].
  - change (1 * / x) with (1/x). unfold gamma_d2, h, w; cbv zeta.
    set (u := ln (1/x)) in *. set (s := sqrt (2*u)) in *.
    assert (E: s*s = 2*u) by (apply sqrt_sqrt; lra).
    assert (E': u = s*s/2) by lra. 
    generalize (ln (4*PI*u)); intro l. rewrite E'. field. repeat split; lra.
Qed.

Lemma gamma_d2_neg : forall x, 0 < x < 1 -> gamma_d2 x < 0.
Proof.
  intros x Hx. assert (U:=ln_inv_pos x Hx). unfold gamma_d2; cbv zeta. set (u:=ln(1/x)) in *.
  assert (S: 0 < sqrt (2*u)) by (apply sqrt_lt_R0; lra).
  assert (H:=h_pos u U).
  assert (0 < h u / (x^2*u^2*sqrt(2*u))); [|unfold Rdiv in *; lra].
  apply Rdiv_lt_0_compat; [assumption|].
  repeat apply Rmult_lt_0_compat; try assumption; lra.
Qed.

(* generic: f''<=0 on (a,b) => tangent line bound => Jensen *)
Lemma tangent_of_d2 : forall (f f1 f2:R->R) a b,
  (forall x, a<x<b -> is_derive f x (f1 x)) -> (forall x, a<x<b -> is_derive f1 x (f2 x)) ->
  (forall x, a<x<b -> f2 x <= 0) ->
  forall x y, a<x<b -> a<y<b -> f y <= f x + f1 x * (y-x).
Proof.
  intros f f1 f2 a b D1 D2 N x y Hx Hy.
  assert (M: forall s t, a<s<b -> a<t<b -> s<=t -> f1 t <= f1 s).
  { intros s t Hs Ht Hst. destruct (MVT_gen f1 s t f2) as [c [Hc E]].
    - intros z Hz. apply D2. rewrite Rmin_left, Rmax_right in Hz; lra.
    - intros z Hz. apply derivable_continuous_pt. exists (f2 z). apply is_derive_Reals, D2.
      rewrite Rmin_left, Rmax_right in Hz; lra.
    - rewrite Rmin_left, Rmax_right in Hc by lra. specialize (N c ltac:(lra)). nra. }
  destruct (MVT_gen f x y f1) as [c [Hc E]].
  - intros z Hz. apply D1. unfold Rmin, Rmax in Hz; destruct (Rle_dec x y); lra.
  - intros z Hz. apply derivable_continuous_pt. exists (f1 z). apply is_derive_Reals, D1.
    unfold Rmin, Rmax in Hz; destruct (Rle_dec x y); lra.
  - unfold Rmin, Rmax in Hc. destruct (Rle_dec x y).
    + assert (f1 c <= f1 x) by (apply M; lra). nra.
    + assert (f1 x <= f1 c) by (apply M; lra). nra.
Qed.

Theorem gamma_tangent : forall x y, 0<x<1 -> 0<y<1 -> gamma y <= gamma x + gamma_d1 x * (y-x).
Proof.
  apply (tangent_of_d2 gamma gamma_d1 gamma_d2 0 1).
  - apply gamma_derivative. - apply gamma_second_derivative. - intros x Hx; left; apply gamma_d2_neg, Hx.
Qed.
Theorem gamma_concave : forall x y l, 0<x<1 -> 0<y<1 -> 0<=l<=1 ->
  l * gamma x + (1-l) * gamma y <= gamma (l*x+(1-l)*y).
Proof.
  intros x y l Hx Hy Hl. set (m := l*x+(1-l)*y). assert (0<m<1).
  { unfold m; destruct Hl as [L0 L1]; destruct Hx, Hy. split.
    - destruct (Req_dec l 0) as [->|]; [lra|]. assert (0 < l*x) by (apply Rmult_lt_0_compat; lra).
      assert (0 <= (1-l)*y) by (apply Rmult_le_pos; lra). lra.
    - destruct (Req_dec l 0) as [->|]; [lra|]. assert (l*x < l*1) by (apply Rmult_lt_compat_l; lra).
      assert ((1-l)*y <= (1-l)*1) by (apply Rmult_le_compat_l; lra). lra. }
  assert (A:=gamma_tangent m x H Hx). assert (B:=gamma_tangent m y H Hy).
  set (k := gamma_d1 m) in *. 
  assert (l*(x-m)+(1-l)*(y-m)=0) by (unfold m; ring).
  apply Rmult_le_compat_l with (r:=l) in A; [|lra].
  apply Rmult_le_compat_l with (r:=1-l) in B; [|lra].
  replace (gamma m) with (l*(gamma m + k*(x-m)) + (1-l)*(gamma m + k*(y-m)));
    [lra|]. transitivity (gamma m + k*(l*(x-m)+(1-l)*(y-m))); [ring|rewrite H0; ring].
Qed.
Theorem gamma_d1_pos : forall x, 0 < x < exp (-(exp 2/(4*PI))) -> 0 < gamma_d1 x.
Proof.
  intros x [H0 H]. assert (HP:=PI_RGT_0). assert (HE:=exp_pos 2).
  assert (Q: 0 < exp 2/(4*PI)) by (apply Rdiv_lt_0_compat; lra).
  assert (x < 1).
  { apply Rlt_trans with (1:=H). rewrite <- exp_0. apply exp_increasing. lra. }
  assert (U: exp 2/(4*PI) < ln (1/x)).
  { unfold Rdiv at 2. rewrite Rmult_1_l, ln_Rinv by assumption.
    assert (ln x < -(exp 2/(4*PI))); [|lra].
    rewrite <- (ln_exp (-(exp 2/(4*PI)))). apply ln_increasing; assumption. }
  unfold gamma_d1; cbv zeta. set (u := ln (1/x)) in *.
  assert (S: 0 < sqrt (2*u)) by (apply sqrt_lt_R0; lra).
  apply Rdiv_lt_0_compat; [|repeat apply Rmult_lt_0_compat; lra].
  unfold w. assert (2 < ln (4*PI*u)); [|lra].
  rewrite <- (ln_exp 2) at 1. apply ln_increasing; [assumption|].
  apply Rmult_lt_compat_l with (r:=4*PI) in U; [|lra]. field_simplify in U; lra.
Qed.

(* ---- Strictness: gamma lies strictly below its tangents ---- *)

Lemma gamma_d1_decr : forall x y, 0<x<1 -> 0<y<1 -> x<y -> gamma_d1 y < gamma_d1 x.
Proof.
  intros x y Hx Hy L. destruct (MVT_gen gamma_d1 x y gamma_d2) as [c [Hc E]].
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra. apply gamma_second_derivative; lra.
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra.
    apply derivable_continuous_pt. exists (gamma_d2 z).
    apply is_derive_Reals, gamma_second_derivative; lra.
  - rewrite Rmin_left, Rmax_right in Hc by lra.
    assert (N := gamma_d2_neg c ltac:(lra)). nra.
Qed.

Theorem gamma_tangent_strict : forall x y, 0<x<1 -> 0<y<1 -> x <> y ->
  gamma y < gamma x + gamma_d1 x * (y-x).
Proof.
  intros x y Hx Hy N. set (m := (x+y)/2).
  assert (Hm : 0<m<1) by (unfold m; lra).
  assert (A := gamma_tangent m y Hm Hy). assert (B := gamma_tangent x m Hx Hm).
  assert (gamma_d1 m * (y-m) < gamma_d1 x * (y-m)).
  { destruct (Rlt_dec x y) as [L|L].
    - assert (D := gamma_d1_decr x m Hx Hm ltac:(unfold m; lra)).
      apply Rmult_lt_compat_r; [unfold m; lra|exact D].
    - assert (D := gamma_d1_decr m x Hm Hx ltac:(unfold m; lra)).
      assert (0 < (gamma_d1 m - gamma_d1 x) * (m - y)); [|lra].
      apply Rmult_lt_0_compat; [lra|unfold m; lra]. }
  assert (E : gamma_d1 x * (y-x) = gamma_d1 x * (m-x) + gamma_d1 x * (y-m)) by ring. lra.
Qed.

Theorem gamma_strictly_concave : forall x y l, 0<x<1 -> 0<y<1 -> x <> y -> 0<l<1 ->
  l * gamma x + (1-l) * gamma y < gamma (l*x+(1-l)*y).
Proof.
  intros x y l Hx Hy N Hl. set (m := l*x+(1-l)*y).
  assert (Hm : 0<m<1) by (unfold m; nra).
  assert (m <> x). { unfold m. intro E. apply N. nra. }
  assert (m <> y). { unfold m. intro E. apply N. nra. }
  assert (A := gamma_tangent_strict m x Hm Hx ltac:(lra)).
  assert (B := gamma_tangent_strict m y Hm Hy ltac:(lra)).
  apply Rmult_lt_compat_l with (r:=l) in A; [|lra].
  apply Rmult_lt_compat_l with (r:=1-l) in B; [|lra].
  assert (E : l*(gamma m + gamma_d1 m*(x-m)) + (1-l)*(gamma m + gamma_d1 m*(y-m)) =
    gamma m + gamma_d1 m * (l*x+(1-l)*y-m)) by ring.
  fold m in E. replace (m-m) with 0 in E by ring. lra.
Qed.

(* ---- Where gamma increases and where it decreases ---- *)

Definition x0 : R := exp (-(exp 2/(4*PI))).

Lemma x0_bounds : 0 < x0 < 1.
Proof.
  assert (HP := PI_RGT_0). assert (HE := exp_pos 2). split; [apply exp_pos|].
  unfold x0. rewrite <- exp_0. apply exp_increasing.
  assert (0 < exp 2/(4*PI)) by (apply Rdiv_lt_0_compat; lra). lra.
Qed.

Lemma gamma_d1_at_x0 : gamma_d1 x0 = 0.
Proof.
  assert (HP := PI_RGT_0). unfold gamma_d1; cbv zeta.
  assert (E : ln (1/x0) = exp 2/(4*PI)).
  { unfold x0. unfold Rdiv at 1. rewrite Rmult_1_l, <- exp_Ropp, Ropp_involutive. apply ln_exp. }
  rewrite E. unfold w at 1. replace (4*PI*(exp 2/(4*PI))) with (exp 2) by (field; lra).
  rewrite ln_exp. unfold Rdiv at 1. replace (2/2-1) with 0 by field. ring.
Qed.

Lemma gamma_mvt : forall x y, 0<x -> x<=y -> y<1 ->
  exists c, x<=c<=y /\ gamma y - gamma x = gamma_d1 c * (y-x).
Proof.
  intros x y Hx L Hy. destruct (MVT_gen gamma x y gamma_d1) as [c [Hc E]].
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra. apply gamma_derivative; lra.
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra.
    apply derivable_continuous_pt. exists (gamma_d1 z). apply is_derive_Reals, gamma_derivative; lra.
  - rewrite Rmin_left, Rmax_right in Hc by lra. now exists c.
Qed.

Theorem gamma_increasing : forall x y, 0<x -> x<=y -> y<=x0 -> gamma x <= gamma y.
Proof.
  intros x y Hx L Hy. assert (B := x0_bounds).
  destruct (gamma_mvt x y Hx L ltac:(lra)) as [c [Hc E]].
  assert (0 <= gamma_d1 c); [|nra].
  destruct (Req_dec c x0) as [->|N]; [rewrite gamma_d1_at_x0; lra|].
  left. apply gamma_d1_pos. fold x0. lra.
Qed.

Theorem gamma_decreasing : forall x y, x0<=x -> x<=y -> y<1 -> gamma y <= gamma x.
Proof.
  intros x y Hx L Hy. assert (B := x0_bounds).
  destruct (gamma_mvt x y ltac:(lra) L Hy) as [c [Hc E]].
  assert (gamma_d1 c <= 0); [|nra].
  destruct (Req_dec c x0) as [->|N]; [rewrite gamma_d1_at_x0; lra|].
  rewrite <- gamma_d1_at_x0. left. apply gamma_d1_decr; lra.
Qed.

(* ---- Jensen over finite lists of (weight, point) ---- *)

Definition weights (l : list (R*R)) : R := fold_right (fun a s => fst a + s) 0 l.
Definition mean (f : R -> R) (l : list (R*R)) : R := fold_right (fun a s => fst a * f (snd a) + s) 0 l.

(* A function that lies below each of its tangents on (a, b) satisfies Jensen's inequality. *)
Theorem jensen : forall (f f1 : R -> R) (a b : R),
  (forall x y, a<x<b -> a<y<b -> f y <= f x + f1 x * (y-x)) ->
  forall l : list (R*R),
  (forall e, In e l -> 0 <= fst e /\ a < snd e < b) -> weights l = 1 ->
  a < mean (fun x => x) l < b -> mean f l <= f (mean (fun x => x) l).
Proof.
  intros f f1 a b T l H W M. set (m := mean (fun x => x) l) in *.
  assert (G : forall k, (forall e, In e k -> In e l) ->
    mean f k <= f m * weights k + f1 m * (mean (fun x => x) k - m * weights k)).
  { induction k as [|e k IH]; intro I; simpl; [lra|].
    specialize (IH (fun e' P => I e' (or_intror P))).
    destruct (H e (I e (or_introl eq_refl))) as [P X].
    assert (A := T m (snd e) M X). apply Rmult_le_compat_l with (r := fst e) in A; [|exact P]. nra. }
  specialize (G l (fun e P => P)). rewrite W in G. fold m in G.
  replace (m - m*1) with 0 in G by ring. lra.
Qed.

(* A probability vector weighs its own entries: the mean of the entries is sum p_i^2. *)
Definition self_weighted (p : list R) : list (R*R) := map (fun x => (x, x)) p.
Definition sum (p : list R) : R := fold_right Rplus 0 p.
Definition sum_of (f : R -> R) (p : list R) : R := fold_right (fun x s => f x + s) 0 p.

Lemma weights_self : forall p, weights (self_weighted p) = sum p.
Proof. induction p as [|x p IH]; simpl; [reflexivity|]. now rewrite IH. Qed.

Lemma mean_self : forall f p, mean f (self_weighted p) = sum_of (fun x => x * f x) p.
Proof. induction p as [|x p IH]; simpl; [reflexivity|]. now rewrite IH. Qed.

(* For a probability vector with entries in (0, b), 0 < sum p_i^2 < b (b <= 1 is not needed). *)
Lemma collision_between : forall (b : R) (p : list R), (forall x, In x p -> 0 < x < b) ->
  sum p = 1 -> 0 < sum_of (fun x => x * x) p < b.
Proof.
  intros b p H S.
  assert (G : forall k, (forall x, In x k -> 0 < x < b) -> k <> [] ->
    0 < sum_of (fun x => x * x) k < b * sum k).
  { induction k as [|x k IH]; intros I N; [now elim N|]. simpl.
    assert (X := I x (or_introl eq_refl)). destruct k as [|y k].
    - simpl. nra.
    - specialize (IH (fun z P => I z (or_intror P)) ltac:(discriminate)). nra. }
  assert (N : p <> []) by (intros ->; simpl in S; lra).
  specialize (G p H N). rewrite S in G. lra.
Qed.

(* Sum p_i gamma(p_i) <= gamma(sum p_i^2). *)
Theorem jensen_gamma : forall p : list R, (forall x, In x p -> 0 < x < 1) -> sum p = 1 ->
  sum_of (fun x => x * gamma x) p <= gamma (sum_of (fun x => x * x) p).
Proof.
  intros p H S. rewrite <- (mean_self (fun x => x) p), <- (mean_self gamma p).
  apply (jensen gamma gamma_d1 0 1).
  - intros x y Hx Hy. now apply gamma_tangent.
  - intros e I. apply in_map_iff in I. destruct I as [x [<- I]]. simpl. specialize (H x I). lra.
  - now rewrite weights_self.
  - rewrite (mean_self (fun x => x) p). now apply collision_between.
Qed.
