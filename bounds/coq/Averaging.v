(* The moving average (A g)(x) = (1/e) int_x^{x+e} g, which smooths g.

   Proved: A g is differentiable, with the difference quotient D g = (g(. + e) - g) / e as its
   derivative; pointwise comparisons of translates, Lipschitz constants and bounds pass from g to
   A g; |A g - g| <= L e and |D g| <= L for g Lipschitz with constant L; |D g| <= 2 M / e
   where |g| <= M. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal.
Open Scope R_scope.

Definition average (e : R) (g : R -> R) (x : R) : R := (RInt g 0 (x + e) - RInt g 0 x) / e.
Definition difference (e : R) (g : R -> R) (x : R) : R := (g (x + e) - g x) / e.

Lemma shift_d (f f1 : R -> R) (e x : R) : (forall x, is_derive f x (f1 x)) ->
  is_derive (fun x => f (x + e)) x (f1 (x + e)).
Proof.
  intro D. evar_last.
  - apply (is_derive_comp f (fun x => x + e)); [apply D|]. auto_derive; [exact I|reflexivity].
  - unfold scal; simpl; unfold mult; simpl. ring.
Qed.

Lemma difference_d (f f1 : R -> R) (e x : R) : (forall x, is_derive f x (f1 x)) ->
  is_derive (difference e f) x (difference e f1 x).
Proof.
  intro D. unfold difference, Rdiv. evar_last.
  - apply: is_derive_scal_l. apply: is_derive_minus; [apply (shift_d f f1)|]; apply D.
  - unfold scal, minus, plus, opp; simpl; unfold mult; simpl. ring.
Qed.

Lemma average_d (g : R -> R) (e x : R) : (forall x, continuous g x) ->
  is_derive (average e g) x (difference e g x).
Proof.
  intro C. apply (difference_d (fun t => RInt g 0 t)). intro y. now apply integral_d.
Qed.

(* An average of g(x' + t) + c <= h(x + t) over t in [0, e]. *)
Lemma average_comparison (g h : R -> R) (e x x' c : R) : 0 < e ->
  (forall x, continuous g x) -> (forall x, continuous h x) ->
  (forall t, g (x' + t) + c <= h (x + t)) -> average e g x' + c <= average e h x.
Proof.
  intros E G H T.
  destruct (mean_value (fun t => RInt h 0 (t + x) - RInt g 0 (t + x'))
    (fun t => h (t + x) - g (t + x')) 0 e) as [t [_ M]]; [lra| |].
  - intros t _. apply: is_derive_minus.
    + apply (shift_d (fun t => RInt h 0 t) h). intro; now apply integral_d.
    + apply (shift_d (fun t => RInt g 0 t) g). intro; now apply integral_d.
  - rewrite !Rplus_0_l (Rplus_comm e x) (Rplus_comm e x') (Rplus_comm t x) (Rplus_comm t x') in M.
    specialize (T t). unfold average. apply Rmult_le_reg_r with e; [exact E|].
    replace (((RInt g 0 (x' + e) - RInt g 0 x') / e + c) * e)
      with (RInt g 0 (x' + e) - RInt g 0 x' + c * e) by (field; lra).
    replace ((RInt h 0 (x + e) - RInt h 0 x) / e * e)
      with (RInt h 0 (x + e) - RInt h 0 x) by (field; lra).
    nra.
Qed.

Lemma average_const (e c x : R) : 0 < e -> average e (fun _ => c) x = c.
Proof.
  intro E. unfold average. rewrite !RInt_const. unfold scal; simpl; unfold mult; simpl. field. lra.
Qed.

Lemma average_close (g h : R -> R) (e x x' c : R) : 0 < e ->
  (forall x, continuous g x) -> (forall x, continuous h x) ->
  (forall t, Rabs (g (x + t) - h (x' + t)) <= c) -> Rabs (average e g x - average e h x') <= c.
Proof.
  intros E G H T.
  assert (A := average_comparison g h e x' x (- c) E G H).
  assert (B := average_comparison h g e x x' (- c) E H G).
  apply Rabs_le. split.
  - assert (average e h x' + - c <= average e g x); [|lra]. apply B. intro t.
    assert (P := T t). apply Rabs_le_between in P. lra.
  - assert (average e g x + - c <= average e h x'); [|lra]. apply A. intro t.
    assert (P := T t). apply Rabs_le_between in P. lra.
Qed.

Lemma average_bounded (g : R -> R) (e M : R) : 0 < e -> (forall x, continuous g x) ->
  (forall x, Rabs (g x) <= M) -> forall x, Rabs (average e g x) <= M.
Proof.
  intros E G B x. rewrite -(Rminus_0_r (average e g x)) -(average_const e 0 x E).
  apply average_close; [exact E|exact G|intro; apply continuous_const|].
  intro t. rewrite Rminus_0_r. apply B.
Qed.

Lemma lipschitz_continuous (g : R -> R) (L : R) : 0 <= L ->
  (forall x y, Rabs (g x - g y) <= L * Rabs (x - y)) -> forall x, continuous g x.
Proof.
  intros L0 H x. apply continuity_pt_filterlim. intros e E.
  exists (e / (L + 1)). split; [apply Rdiv_lt_0_compat; lra|].
  intros y [_ Y]. simpl in *. unfold R_dist in *.
  apply Rle_lt_trans with (1 := H y x).
  assert (Z := Rabs_pos (y - x)).
  assert (Rabs (y - x) * (L + 1) < e / (L + 1) * (L + 1)) by (apply Rmult_lt_compat_r; lra).
  replace (e / (L + 1) * (L + 1)) with e in H0 by (field; lra). nra.
Qed.

(* |A g - g| <= L e: the average of g over [x, x + e] is a value of g there. *)
Lemma average_near (g : R -> R) (e L x : R) : 0 < e -> 0 <= L ->
  (forall x y, Rabs (g x - g y) <= L * Rabs (x - y)) -> Rabs (average e g x - g x) <= L * e.
Proof.
  intros E L0 H. assert (C := lipschitz_continuous g L L0 H).
  destruct (mean_value (fun t => RInt g 0 t) g x (x + e)) as [c [I M]]; [lra| |].
  - intros t _. now apply integral_d.
  - unfold average. rewrite M. replace (g c * (x + e - x) / e) with (g c) by (field; lra).
    apply Rle_trans with (1 := H c x). rewrite Rabs_pos_eq; [|lra]. nra.
Qed.

Lemma difference_lipschitz (g : R -> R) (e L x : R) : 0 < e ->
  (forall x y, Rabs (g x - g y) <= L * Rabs (x - y)) -> Rabs (difference e g x) <= L.
Proof.
  intros E H. unfold difference. rewrite Rabs_div; [|lra]. rewrite (Rabs_pos_eq e); [|lra].
  apply Rmult_le_reg_r with e; [exact E|].
  replace (Rabs (g (x + e) - g x) / e * e) with (Rabs (g (x + e) - g x)) by (field; lra).
  apply Rle_trans with (1 := H _ _). replace (x + e - x) with e by ring.
  rewrite Rabs_pos_eq; lra.
Qed.

Lemma difference_bounded (g : R -> R) (e M : R) : 0 < e ->
  (forall x, Rabs (g x) <= M) -> forall x, Rabs (difference e g x) <= 2 * M / e.
Proof.
  intros E H x. unfold difference. rewrite Rabs_div; [|lra]. rewrite (Rabs_pos_eq e); [|lra].
  apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
  assert (T := Rabs_triang (g (x + e)) (- g x)). rewrite Rabs_Ropp in T.
  assert (A := H x). assert (B := H (x + e)). unfold Rminus. lra.
Qed.
