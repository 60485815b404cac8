(* The Gaussian isoperimetric profile I = phi o Phi^{-1} on (0, 1).

   Proved: (Phi^{-1})' = 1 / I and I' = - Phi^{-1}, so that I I'' = -1; on [a, 1 - a], Phi^{-1} is
   bounded by Phi^{-1}(1 - a) and I lies between phi(Phi^{-1}(1 - a)) and 1; and J = I^2 has
   J' = - 2 I Phi^{-1} and J'' = 2 (Phi^{-1})^2 - 2, whence Taylor's inequality for J. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal.
Open Scope R_scope.

(* The isoperimetric function I = phi o Phi^{-1}. *)
Definition profile (p : R) : R := phi (Phi_inv p).

(* ---- The derivative of the quantile function ---- *)

Lemma Phi_inv_monotone (p q : R) : 0 < p -> p <= q -> q < 1 -> Phi_inv p <= Phi_inv q.
Proof.
  intros P L Q1. destruct (Req_dec p q) as [->|N]; [lra|].
  left. apply Phi_inv_incr; lra.
Qed.

Lemma Phi_inv_continuous (p : R) : 0 < p < 1 -> continuous Phi_inv p.
Proof.
  intro Hp. set (t := Phi_inv p). apply (proj2 (filterlim_locally Phi_inv (Phi_inv p))). intro e.
  assert (E := cond_pos e). assert (T := Phi_inv_spec p Hp). fold t in T.
  assert (A := Phi_incr (t - e) t ltac:(lra)). assert (B := Phi_incr t (t + e) ltac:(lra)).
  assert (A0 := Phi_pos (t - e)). assert (B1 := Phi_lt_1 (t + e)).
  assert (D : 0 < Rmin (p - Phi (t - e)) (Phi (t + e) - p)) by (apply Rmin_pos; lra).
  exists (mkposreal _ D). intros q Hq.
  change (Rabs (q - p) < Rmin (p - Phi (t - e)) (Phi (t + e) - p)) in Hq.
  change (Rabs (Phi_inv q - t) < e). apply Rabs_def2 in Hq.
  assert (L := Rmin_l (p - Phi (t - e)) (Phi (t + e) - p)).
  assert (R := Rmin_r (p - Phi (t - e)) (Phi (t + e) - p)).
  assert (X := Phi_inv_incr (Phi (t - e)) q ltac:(lra) ltac:(lra) ltac:(lra)).
  assert (Y := Phi_inv_incr q (Phi (t + e)) ltac:(lra) ltac:(lra) ltac:(lra)).
  rewrite !Phi_inv_Phi in X, Y. apply Rabs_def1; lra.
Qed.

(* Between two quantiles the mean value theorem holds with a density taken between them. *)
Lemma quantile_mean_value (p q : R) : 0 < p < 1 -> 0 < q < 1 ->
  exists c, Rabs (c - Phi_inv p) <= Rabs (Phi_inv q - Phi_inv p) /\
    q - p = phi c * (Phi_inv q - Phi_inv p).
Proof.
  intros Hp Hq. set (s := Phi_inv p). set (t := Phi_inv q).
  assert (S := Phi_inv_spec p Hp). assert (T := Phi_inv_spec q Hq). fold s in S. fold t in T.
  destruct (Rle_dec s t) as [L|L].
  - destruct (mean_value Phi phi s t L) as [c [I E]]; [intros; apply Phi_d|].
    exists c. rewrite S T in E. split; [rewrite !Rabs_pos_eq; lra|exact E].
  - destruct (mean_value Phi phi t s) as [c [I E]]; [lra|intros; apply Phi_d|].
    exists c. rewrite S T in E. split; [rewrite !Rabs_left1; lra|lra].
Qed.

Lemma Phi_inv_d (p : R) : 0 < p < 1 -> is_derive Phi_inv p (/ phi (Phi_inv p)).
Proof.
  intro Hp. apply is_derive_Reals. intros e He. set (t := Phi_inv p).
  assert (C : continuous (fun x => / phi x) t).
  { apply (continuous_Rinv_comp phi); [apply phi_continuous|].
    assert (H := phi_pos t). lra. }
  destruct (proj1 (filterlim_locally _ _) C (mkposreal e He)) as [d D].
  destruct (proj1 (filterlim_locally _ _) (Phi_inv_continuous p Hp) d) as [k K].
  assert (M : 0 < Rmin k (Rmin p (1 - p))).
  { apply Rmin_pos; [apply cond_pos|apply Rmin_pos; lra]. }
  exists (mkposreal _ M). intros h Nh Hh. simpl in Hh.
  assert (H1 := Rmin_l k (Rmin p (1 - p))). assert (H2 := Rmin_r k (Rmin p (1 - p))).
  assert (H3 := Rmin_l p (1 - p)). assert (H4 := Rmin_r p (1 - p)).
  assert (Bh := Rabs_def2 _ _ Hh).
  destruct (quantile_mean_value p (p + h) Hp ltac:(lra)) as [c [I E]]. fold t in I, E.
  assert (P := phi_pos c).
  assert (G : (Phi_inv (p + h) - t) / h = / phi c).
  { replace (p + h - p) with h in E by ring. set (gap := Phi_inv (p + h) - t) in *.
    replace (gap / h) with (/ phi c * (phi c * gap / h)) by (field; lra).
    rewrite -E. field. split; lra. }
  rewrite G. apply (D c).
  change (Rabs (c - t) < d). apply Rle_lt_trans with (1 := I). apply (K (p + h)).
  change (Rabs (p + h - p) < k). replace (p + h - p) with h by ring. lra.
Qed.

Lemma profile_d (p : R) : 0 < p < 1 -> is_derive profile p (- Phi_inv p).
Proof.
  intro Hp. assert (H := phi_pos (Phi_inv p)). evar_last.
  - apply (is_derive_comp phi Phi_inv); [apply phi_d|now apply Phi_inv_d].
  - unfold scal; simpl; unfold mult; simpl. field. lra.
Qed.

(* ---- Bounds on [a, 1 - a] ---- *)

Lemma Phi_inv_opp (p : R) : 0 < p < 1 -> Phi_inv (1 - p) = - Phi_inv p.
Proof.
  intro Hp. assert (T := Phi_inv_spec p Hp).
  rewrite -{1}T -(Phi_inv_Phi (- Phi_inv p)) Phi_opp Phi_Q. f_equal. ring.
Qed.

Lemma Phi_inv_bounded (a p : R) : 0 < a -> a <= p <= 1 - a -> Rabs (Phi_inv p) <= Phi_inv (1 - a).
Proof.
  intros A Hp. assert (S := Phi_inv_opp a ltac:(lra)).
  assert (X := Phi_inv_monotone a p A ltac:(lra) ltac:(lra)).
  assert (Y := Phi_inv_monotone p (1 - a) ltac:(lra) ltac:(lra) ltac:(lra)).
  apply Rabs_le. lra.
Qed.

Lemma exp_monotone (x y : R) : x <= y -> exp x <= exp y.
Proof. intros [L| ->]; [left; now apply exp_increasing|right; reflexivity]. Qed.

Lemma phi_antitone (x y : R) : Rabs x <= y -> phi y <= phi x.
Proof.
  intro L. unfold phi. apply Rmult_le_compat_r.
  - left. apply Rinv_0_lt_compat, sqrt_2PI_pos.
  - apply exp_monotone. assert (H := Rabs_pos x). assert (E := pow2_abs x). nra.
Qed.

Lemma profile_pos (p : R) : 0 < profile p.
Proof. apply phi_pos. Qed.

Lemma profile_lower (a p : R) : 0 < a -> a <= p <= 1 - a -> profile (1 - a) <= profile p.
Proof. intros A Hp. now apply phi_antitone, Phi_inv_bounded. Qed.

Lemma profile_le_1 (p : R) : profile p <= 1.
Proof.
  apply Rle_trans with (1 := phi_le_phi0 _). unfold phi0. rewrite -exp_0. apply exp_monotone.
  assert (H := pow2_ge_0 (Phi_inv p)). lra.
Qed.

(* ---- The square of the profile ---- *)

Lemma profile_square_d (p : R) : 0 < p < 1 ->
  is_derive (fun p => profile p ^ 2) p (- 2 * profile p * Phi_inv p).
Proof.
  intro Hp. evar_last.
  - apply (is_derive_comp (fun y => y ^ 2) profile); [|now apply profile_d].
    auto_derive; [exact I|reflexivity].
  - unfold scal; simpl; unfold mult; simpl. ring.
Qed.

Lemma profile_square_d2 (p : R) : 0 < p < 1 ->
  is_derive (fun p => - 2 * profile p * Phi_inv p) p (2 * Phi_inv p ^ 2 - 2).
Proof.
  intro Hp. assert (H := phi_pos (Phi_inv p)).
  apply (is_derive_ext (fun p => - 2 * (profile p * Phi_inv p))); [intro; simpl; ring|].
  evar_last.
  - apply: is_derive_scal. apply (is_derive_mult profile Phi_inv);
      [now apply profile_d|now apply Phi_inv_d|]. intros; apply Rmult_comm.
  - unfold plus, scal, mult; simpl; unfold mult; simpl. unfold profile. field. lra.
Qed.

Lemma mean_value_unordered (f f1 : R -> R) (l u x y : R) : l <= x <= u -> l <= y <= u ->
  (forall z, l <= z <= u -> is_derive f z (f1 z)) ->
  exists c, l <= c <= u /\ Rabs (c - x) <= Rabs (y - x) /\ f y - f x = f1 c * (y - x).
Proof.
  intros X Y D. destruct (Rle_dec x y) as [L|L].
  - destruct (mean_value f f1 x y L) as [c [I E]]; [intros; apply D; lra|].
    exists c. split; [lra|]. split; [rewrite !Rabs_pos_eq; lra|exact E].
  - destruct (mean_value f f1 y x) as [c [I E]]; [lra|intros; apply D; lra|].
    exists c. split; [lra|]. split; [rewrite !Rabs_left1; lra|lra].
Qed.

(* |f(y) - f(x) - f'(x) (y - x)| <= M (y - x)^2 where |f''| <= M on an interval. *)
Lemma taylor_square (f f1 f2 : R -> R) (l u M x y : R) : l <= x <= u -> l <= y <= u ->
  (forall z, l <= z <= u -> is_derive f z (f1 z)) ->
  (forall z, l <= z <= u -> is_derive f1 z (f2 z)) ->
  (forall z, l <= z <= u -> Rabs (f2 z) <= M) ->
  Rabs (f y - f x - f1 x * (y - x)) <= M * (y - x) ^ 2.
Proof.
  intros X Y D D1 B.
  destruct (mean_value_unordered f f1 l u x y X Y D) as [c [C [I E]]].
  destruct (mean_value_unordered f1 f2 l u x c X C D1) as [d [Z [_ F]]].
  rewrite E. replace (f1 c * (y - x) - f1 x * (y - x)) with ((f1 c - f1 x) * (y - x)) by ring.
  rewrite F !Rabs_mult -(pow2_abs (y - x)) /= Rmult_1_r -Rmult_assoc.
  apply Rmult_le_compat_r; [apply Rabs_pos|].
  apply Rmult_le_compat; try apply Rabs_pos; [now apply B|exact I].
Qed.

Lemma profile_square_taylor (a p q : R) : 0 < a -> a <= p <= 1 - a -> a <= q <= 1 - a ->
  profile q ^ 2 <= profile p ^ 2 - 2 * profile p * Phi_inv p * (q - p)
    + (2 * Phi_inv (1 - a) ^ 2 + 2) * (q - p) ^ 2.
Proof.
  intros A Hp Hq.
  assert (T := taylor_square (fun p => profile p ^ 2) (fun p => - 2 * profile p * Phi_inv p)
    (fun p => 2 * Phi_inv p ^ 2 - 2) a (1 - a) (2 * Phi_inv (1 - a) ^ 2 + 2) p q Hp Hq).
  simpl in T. assert (Z : Rabs (profile q ^ 2 - profile p ^ 2
      - - 2 * profile p * Phi_inv p * (q - p)) <= (2 * Phi_inv (1 - a) ^ 2 + 2) * (q - p) ^ 2).
  { apply T.
    - intros z Hz. apply profile_square_d. lra.
    - intros z Hz. apply profile_square_d2. lra.
    - intros z Hz. assert (B := Phi_inv_bounded a z A Hz).
      assert (S : Phi_inv z ^ 2 <= Phi_inv (1 - a) ^ 2).
      { rewrite -(pow2_abs (Phi_inv z)). apply pow_incr. split; [apply Rabs_pos|exact B]. }
      assert (N := pow2_ge_0 (Phi_inv z)). apply Rabs_le. lra. }
  apply Rabs_le_between in Z. lra.
Qed.
