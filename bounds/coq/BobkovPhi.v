(* Bobkov's inequality for f = Phi(W), W with four bounded derivatives.

   With I = phi o Phi_inv, sqrt(I(f)^2 + f'^2) = phi(W) sqrt(1 + W'^2), so that
   I(E Phi(W)) <= E[phi(W) sqrt(1 + W'^2)] under N(0, 1). Also here: Phi is 1-Lipschitz and
   |Phi(y) - Phi(x) - phi(x) (y - x)| <= (y - x)^2. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal GaussianExpectation Bobkov.
Open Scope R_scope.

(* ---- Taylor's inequalities ---- *)

(* |f(y) - f(x) - f'(x) (y - x)| <= M (y - x)^2 where |f''| <= M. *)
Lemma taylor_two (f f1 f2 : R -> R) (M x y : R) :
  (forall x, is_derive f x (f1 x)) -> (forall x, is_derive f1 x (f2 x)) ->
  (forall x, Rabs (f2 x) <= M) -> Rabs (f y - f x - f1 x * (y - x)) <= M * (y - x) ^ 2.
Proof.
  intros D D1 B.
  assert (H : exists c, Rabs (c - x) <= Rabs (y - x) /\ f y - f x = f1 c * (y - x)).
  { destruct (Rle_dec x y) as [L|L].
    - destruct (mean_value f f1 x y L) as [c [I E]]; [intros; apply D|].
      exists c. split; [|exact E]. rewrite !Rabs_pos_eq; lra.
    - destruct (mean_value f f1 y x) as [c [I E]]; [lra|intros; apply D|].
      exists c. split; [|lra]. rewrite !Rabs_left1; lra. }
  destruct H as [c [I E]]. rewrite E.
  assert (H : Rabs (f1 c - f1 x) <= M * Rabs (c - x)).
  { destruct (Rle_dec x c) as [L|L].
    - destruct (mean_value f1 f2 x c L) as [z [_ Z]]; [intros; apply D1|].
      rewrite Z Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|apply B].
    - destruct (mean_value f1 f2 c x) as [z [_ Z]]; [lra|intros; apply D1|].
      replace (f1 c - f1 x) with (f2 z * (c - x)) by lra.
      rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|apply B]. }
  replace (f1 c * (y - x) - f1 x * (y - x)) with ((f1 c - f1 x) * (y - x)) by ring.
  rewrite Rabs_mult -(pow2_abs (y - x)).
  assert (0 <= M) by (apply Rle_trans with (2 := B x), Rabs_pos).
  assert (P := Rabs_pos (y - x)). assert (P1 := Rabs_pos (c - x)).
  assert (M * Rabs (c - x) <= M * Rabs (y - x)) by (apply Rmult_le_compat_l; lra).
  assert (Rabs (f1 c - f1 x) * Rabs (y - x) <= M * Rabs (y - x) * Rabs (y - x)); [|nra].
  apply Rmult_le_compat_r; lra.
Qed.

Lemma phi_le_1 (x : R) : phi x <= 1.
Proof.
  apply Rle_trans with (1 := phi_le_phi0 x). unfold phi0. rewrite -exp_0.
  destruct (Req_dec x 0) as [->|N].
  - right. f_equal. lra.
  - left. apply exp_increasing. assert (0 < x * x) by nra. lra.
Qed.

Lemma phi_slope_bound (x : R) : Rabs (- x * phi x) <= 1.
Proof.
  rewrite Rabs_mult Rabs_Ropp. assert (P := phi_pos x). rewrite (Rabs_pos_eq (phi x)); [|lra].
  assert (H := phi_le_phi0 x). assert (E : phi0 x * exp (x * x / 2) = 1).
  { unfold phi0. rewrite -exp_plus. replace (- (x * x) / 2 + x * x / 2) with 0 by field.
    apply exp_0. }
  assert (1 + x * x / 2 <= exp (x * x / 2)).
  { destruct (Req_dec x 0) as [->|N].
    - replace (0 * 0 / 2) with 0 by field. rewrite exp_0. lra.
    - assert (0 < x * x) by nra. left. apply exp_ineq1. lra. }
  assert (A := Rabs_pos x). assert (S : x * x = Rabs x * Rabs x).
  { rewrite -Rabs_mult Rabs_pos_eq; nra. }
  assert (0 < phi0 x) by apply phi0_pos.
  assert (Rabs x <= exp (x * x / 2)) by nra.
  nra.
Qed.

Lemma Phi_taylor (x y : R) : Rabs (Phi y - Phi x - phi x * (y - x)) <= (y - x) ^ 2.
Proof.
  rewrite -(Rmult_1_l ((y - x) ^ 2)).
  apply (taylor_two Phi phi (fun x => - x * phi x)); [apply Phi_d|apply phi_d|].
  apply phi_slope_bound.
Qed.

Lemma Phi_le (x y : R) : x <= y -> Phi x <= Phi y.
Proof. intros [L| ->]; [left; now apply Phi_incr|lra]. Qed.

Lemma Phi_lipschitz (x y : R) : Rabs (Phi x - Phi y) <= Rabs (x - y).
Proof.
  assert (H : forall x y, x <= y -> Rabs (Phi x - Phi y) <= Rabs (x - y)).
  { intros s t L. destruct (mean_value Phi phi s t L) as [c [_ E]]; [intros; apply Phi_d|].
    rewrite Rabs_minus_sym E Rabs_mult (Rabs_minus_sym s t).
    assert (P := phi_pos c). assert (P1 := phi_le_1 c). assert (A := Rabs_pos (t - s)).
    rewrite (Rabs_pos_eq (phi c)); nra. }
  destruct (Rle_dec x y) as [L|L]; [now apply H|].
  rewrite Rabs_minus_sym (Rabs_minus_sym x y). apply H. lra.
Qed.

Lemma phi_decr (x y : R) : Rabs x <= y -> phi y <= phi x.
Proof.
  intro H. unfold phi. apply Rmult_le_compat_r.
  { left. apply Rinv_0_lt_compat, sqrt_2PI_pos. }
  assert (A := Rabs_pos x). assert (S : x * x = Rabs x * Rabs x).
  { rewrite -Rabs_mult Rabs_pos_eq; nra. }
  assert (x * x <= y * y) by nra. destruct (Req_dec (x * x) (y * y)) as [->|N]; [lra|].
  left. apply exp_increasing. lra.
Qed.

Lemma Phi_inv_ge (t p : R) : 0 < p < 1 -> Phi t <= p -> t <= Phi_inv p.
Proof.
  intros Hp L. destruct (Rle_dec t (Phi_inv p)) as [|N]; [assumption|exfalso].
  assert (A := Phi_incr (Phi_inv p) t ltac:(lra)). rewrite Phi_inv_spec in A; lra.
Qed.

Lemma Phi_inv_le (t p : R) : 0 < p < 1 -> p <= Phi t -> Phi_inv p <= t.
Proof.
  intros Hp L. destruct (Rle_dec (Phi_inv p) t) as [|N]; [assumption|exfalso].
  assert (A := Phi_incr t (Phi_inv p) ltac:(lra)). rewrite Phi_inv_spec in A; lra.
Qed.

(* ---- Bounded functions ---- *)

Definition bounded (g : R -> R) : Prop := exists M, forall x, Rabs (g x) <= M.

Lemma bounded_const (c : R) : bounded (fun _ => c).
Proof. exists (Rabs c). intro; lra. Qed.

Lemma bounded_plus (f g : R -> R) : bounded f -> bounded g -> bounded (fun x => f x + g x).
Proof.
  intros [M F] [N G]. exists (M + N). intro x. assert (T := Rabs_triang (f x) (g x)).
  assert (A := F x). assert (B := G x). lra.
Qed.

Lemma bounded_opp (f : R -> R) : bounded f -> bounded (fun x => - f x).
Proof. intros [M F]. exists M. intro x. rewrite Rabs_Ropp. apply F. Qed.

Lemma bounded_minus (f g : R -> R) : bounded f -> bounded g -> bounded (fun x => f x - g x).
Proof. intros F G. apply (bounded_plus f (fun x => - g x)); [exact F|now apply bounded_opp]. Qed.

Lemma bounded_mult (f g : R -> R) : bounded f -> bounded g -> bounded (fun x => f x * g x).
Proof.
  intros [M F] [N G]. exists (M * N). intro x. rewrite Rabs_mult.
  apply Rmult_le_compat; try apply Rabs_pos; [apply F|apply G].
Qed.

Lemma bounded_pow (f : R -> R) (n : nat) : bounded f -> bounded (fun x => f x ^ n).
Proof.
  intros F. induction n as [|n IH]; [apply (bounded_const 1)|].
  now apply (bounded_mult f (fun x => f x ^ n)).
Qed.

(* ---- Bobkov's inequality for f = Phi(W) ---- *)

Lemma density_product_d (W W1 p p1 : R -> R) (x : R) : is_derive W x (W1 x) ->
  is_derive p x (p1 x) ->
  is_derive (fun x => phi (W x) * p x) x (phi (W x) * (p1 x - W x * W1 x * p x)).
Proof.
  intros D P. evar_last.
  - apply: is_derive_mult; [|exact P|intros; apply Rmult_comm].
    apply (is_derive_comp phi W); [apply phi_d|exact D].
  - unfold scal, plus; simpl; unfold mult; simpl. ring.
Qed.

Lemma ex_d (f : R -> R) (x l : R) : is_derive f x l -> ex_derive f x.
Proof. intro D. now exists l. Qed.

Lemma bobkov_of_Phi (W W1 W2 W3 W4 : R -> R) (K : R) : 0 < K ->
  (forall x, is_derive W x (W1 x)) -> (forall x, is_derive W1 x (W2 x)) ->
  (forall x, is_derive W2 x (W3 x)) -> (forall x, is_derive W3 x (W4 x)) ->
  (forall x, Rabs (W x) <= K) -> bounded W1 -> bounded W2 -> bounded W3 -> bounded W4 ->
  profile (expectation (fun x => Phi (W x))) <=
  expectation (fun x => phi (W x) * sqrt (1 + W1 x ^ 2)).
Proof.
  intros K0 D0 D1 D2 D3 B0 B1 B2 B3 B4.
  assert (BW : bounded W) by now exists K.
  assert (BP : bounded (fun x => phi (W x))).
  { exists 1. intro x. assert (P := phi_pos (W x)). assert (P1 := phi_le_1 (W x)).
    rewrite Rabs_pos_eq; lra. }
  set (p2 := fun x => W2 x - W x * W1 x ^ 2).
  set (p3 := fun x => W3 x - W1 x ^ 3 - 3 * (W x * W1 x * W2 x) + W x ^ 2 * W1 x ^ 3).
  set (q := fun x => W4 x - 6 * (W1 x ^ 2 * W2 x) - 3 * (W x * W2 x ^ 2) - 3 * (W x * W1 x * W3 x)
    + 2 * (W x * W1 x ^ 4) + 3 * (W x ^ 2 * W1 x ^ 2 * W2 x)).
  set (p4 := fun x => q x - W x * W1 x * p3 x).
  assert (Q2 : bounded p2).
  { unfold p2. repeat (apply bounded_minus || apply bounded_plus || apply bounded_mult
      || apply bounded_pow || apply bounded_const || assumption). }
  assert (Q3 : bounded p3).
  { unfold p3. repeat (apply bounded_minus || apply bounded_plus || apply bounded_mult
      || apply bounded_pow || apply bounded_const || assumption). }
  assert (Q4 : bounded p4).
  { unfold p4, q. repeat (apply bounded_minus || apply bounded_plus || apply bounded_mult
      || apply bounded_pow || apply bounded_const || assumption). }
  destruct (bounded_mult _ _ BP B1) as [M1 H1]. destruct (bounded_mult _ _ BP Q2) as [M2 H2].
  destruct (bounded_mult _ _ BP Q3) as [M3 H3]. destruct (bounded_mult _ _ BP Q4) as [M4 H4].
  set (M := Rmax (Rmax M1 M2) (Rmax M3 M4)).
  assert (L1 : M1 <= M) by (eapply Rle_trans; apply Rmax_l).
  assert (L2 : M2 <= M) by (eapply Rle_trans; [apply Rmax_r|apply Rmax_l]).
  assert (L3 : M3 <= M) by (eapply Rle_trans; [apply Rmax_l|apply Rmax_r]).
  assert (L4 : M4 <= M) by (eapply Rle_trans; apply Rmax_r).
  rewrite -(expectation_ext (fun x => sqrt (profile (Phi (W x)) ^ 2 + (phi (W x) * W1 x) ^ 2))
    (fun x => phi (W x) * sqrt (1 + W1 x ^ 2))).
  - apply (bobkov_inequality (fun x => Phi (W x)) (fun x => phi (W x) * W1 x)
      (fun x => phi (W x) * p2 x) (fun x => phi (W x) * p3 x) (fun x => phi (W x) * p4 x)
      (Phi (- K)) M).
    + apply Phi_pos.
    + rewrite -Q_0 Phi_opp. now apply Q_decr.
    + intro x. evar_last; [apply (is_derive_comp Phi W); [apply Phi_d|apply D0]|].
      unfold scal; simpl; unfold mult; simpl. ring.
    + intro x. evar_last; [apply (density_product_d W W1 W1 W2); [apply D0|apply D1]|].
      unfold p2. simpl. ring.
    + intro x. evar_last.
      { apply (density_product_d W W1 p2 (fun x => W3 x - W1 x ^ 3 - 2 * (W x * W1 x * W2 x)));
          [apply D0|]. unfold p2. auto_derive.
        - repeat split; [apply: ex_d (D2 x)|apply: ex_d (D0 x)|apply: ex_d (D1 x)].
        - rewrite (is_derive_unique _ _ _ (D2 x)) (is_derive_unique _ _ _ (D0 x))
            (is_derive_unique _ _ _ (D1 x)). simpl. ring. }
      unfold p2, p3. simpl. ring.
    + intro x. apply (density_product_d W W1 p3 q); [apply D0|]. unfold p3, q. auto_derive.
      * repeat split; [apply: ex_d (D3 x)|apply: ex_d (D1 x)|apply: ex_d (D0 x)|apply: ex_d (D1 x)
          |apply: ex_d (D2 x)|apply: ex_d (D0 x)|apply: ex_d (D1 x)].
      * rewrite (is_derive_unique _ _ _ (D2 x)) (is_derive_unique _ _ _ (D0 x))
          (is_derive_unique _ _ _ (D1 x)) (is_derive_unique _ _ _ (D3 x)). simpl. ring.
    + intro x. assert (B := B0 x). apply Rabs_le_between in B. split; [apply Phi_le; lra|].
      rewrite Phi_opp. rewrite (_ : 1 - Q K = Phi K); [|rewrite Phi_Q; lra]. apply Phi_le. lra.
    + intro x. apply Rle_trans with (1 := H1 x); exact L1.
    + intro x. apply Rle_trans with (1 := H2 x); exact L2.
    + intro x. apply Rle_trans with (1 := H3 x); exact L3.
    + intro x. apply Rle_trans with (1 := H4 x); exact L4.
  - intro x. unfold profile. rewrite Phi_inv_Phi.
    assert (P := phi_pos (W x)).
    replace (phi (W x) ^ 2 + (phi (W x) * W1 x) ^ 2)
      with (phi (W x) ^ 2 * (1 + W1 x ^ 2)) by ring.
    rewrite sqrt_mult_alt; [|nra]. rewrite sqrt_pow2; [reflexivity|lra].
Qed.
